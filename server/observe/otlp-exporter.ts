import { reasonsOf, type Log } from "./log.ts";
import type { SpanStart } from "./tracer.ts";

export interface EndedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: SpanStart["kind"];
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly attributes: ReadonlyMap<string, string | number>;
  readonly isFailed: boolean;
}

interface Target {
  /** The base address, to which the path of traces is added. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly resource: Readonly<Record<string, string>>;
}

const pauseMs = 5_000;
/** For one batch, and for all that a stopping process has left. */
const timeoutMs = 900;
const mostPerRequest = 512;
/** A visitor can cause spans: more than this are not kept for a collector that is slow or down. */
const mostWaiting = 2_048;
const kinds = { internal: 1, server: 2, client: 3 };

/** Sends spans in batches to a collector, as JSON over HTTP (OTLP 1.x). */
export class OtlpExporter {
  readonly #url: string;
  readonly #target: Target;
  readonly #log: Log;
  #waiting: EndedSpan[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> = Promise.resolve();
  #isFailing = false;
  /** Aborts what a stopping process does not wait for. */
  readonly #end = new AbortController();

  constructor(target: Target, log: Log) {
    this.#url = `${target.endpoint.replace(/\/+$/, "")}/v1/traces`;
    this.#target = target;
    this.#log = log;
  }

  add(span: EndedSpan): void {
    if (this.#waiting.length >= mostWaiting) return;
    this.#waiting.push(span);
    this.#timer ??= setTimeout(() => void this.flush(), pauseMs).unref();
  }

  /** Sends all spans that wait. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sending = this.#sending.then(() => this.#send());
    return this.#sending;
  }

  /** Sends what is left, as far as the collector accepts it in time: an orchestrator kills a process that stops late. */
  async close(): Promise<void> {
    const timer = setTimeout(() => this.#end.abort(new Error("no time left")), timeoutMs);
    await this.flush();
    clearTimeout(timer);
  }

  async #send(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, mostPerRequest);
      this.#waiting = this.#waiting.slice(mostPerRequest);
      try {
        await this.#post(batch);
        this.#isFailing = false;
      } catch (error) {
        this.#waiting = [];
        // A collector that is down leaves one line.
        if (!this.#isFailing)
          this.#log.warn({ url: this.#url, reason: reasonsOf(error) }, "could not send traces");
        this.#isFailing = true;
      }
    }
  }

  async #post(spans: readonly EndedSpan[]): Promise<void> {
    const { headers, resource } = this.#target;
    const scopeSpans = [{ scope: { name: "doorward" }, spans: spans.map(toJson) }];
    const attributes = toAttributes(Object.entries(resource));
    const response = await fetch(this.#url, {
      method: "POST",
      headers: { ...headers, "Content-Type": "application/json" },
      body: JSON.stringify({ resourceSpans: [{ resource: { attributes }, scopeSpans }] }),
      redirect: "manual",
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), this.#end.signal]),
    });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`the collector returned ${response.status}`);
  }
}

function toJson({ startedAt, endedAt, kind, attributes, isFailed, ...span }: EndedSpan): object {
  return {
    ...span,
    kind: kinds[kind],
    startTimeUnixNano: toNanoseconds(startedAt),
    endTimeUnixNano: toNanoseconds(endedAt),
    attributes: toAttributes([...attributes]),
    status: isFailed ? { code: 2 } : {},
  };
}

/** A decimal string, because JSON numbers hold only 53 bits of it. */
function toNanoseconds(ms: number): string {
  return String(BigInt(Math.round(ms * 1000)) * 1000n);
}

function toAttributes(pairs: readonly (readonly [string, string | number])[]): object[] {
  return pairs.map(([key, value]) => ({
    key,
    value: typeof value === "string" ? { stringValue: value } : { intValue: String(value) },
  }));
}

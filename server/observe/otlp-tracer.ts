import { AsyncLocalStorage } from "node:async_hooks";
import { randomBytes } from "node:crypto";
import { OtlpExporter, type EndedSpan } from "./otlp-exporter.ts";
import type { ActiveSpan, SpanStart, Tracer } from "./tracer.ts";

/** The place of a span in its trace. */
interface TraceContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly isSampled: boolean;
}

/** W3C Trace Context §3.2.2, version 00. An id of zeros is invalid. */
const written = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

/** A tracer that sends its spans to an OpenTelemetry collector. */
export function createOtlpTracer(exporter: OtlpExporter): Tracer {
  const active = new AsyncLocalStorage<TraceContext>();
  return { span };

  async function span<Result>(
    name: string,
    start: SpanStart,
    work: (span: ActiveSpan) => Promise<Result>,
  ): Promise<Result> {
    const parent = active.getStore() ?? parsed(start.traceparent);
    const own = childOf(parent);
    const attributes = new Map(Object.entries(start.attributes));
    const set: ActiveSpan["set"] = (more) => {
      for (const [key, value] of Object.entries(more)) attributes.set(key, value);
    };
    const startedAt = now();
    let isFailed = true;
    try {
      const result = await active.run(own, () => work({ traceparent: format(own), set }));
      isFailed = false;
      return result;
    } finally {
      const { kind } = start;
      const times = { startedAt, endedAt: now() };
      const { traceId, spanId, isSampled } = own;
      const ids = { traceId, spanId, parentSpanId: parent?.spanId };
      const ended: EndedSpan = { ...ids, name, kind, ...times, attributes, isFailed };
      if (isSampled) exporter.add(ended);
    }
  }
}

function childOf(parent: TraceContext | undefined): TraceContext {
  return {
    traceId: parent?.traceId ?? randomBytes(16).toString("hex"),
    spanId: randomBytes(8).toString("hex"),
    isSampled: parent?.isSampled ?? true,
  };
}

function parsed(traceparent = ""): TraceContext | undefined {
  const [, traceId, spanId, flags = ""] = written.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

function format({ traceId, spanId, isSampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${isSampled ? "01" : "00"}`;
}

/** Milliseconds since the epoch, with a fraction. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

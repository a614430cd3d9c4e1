type Attributes = Readonly<Record<string, string | number>>;

export interface SpanStart {
  readonly kind: "internal" | "server" | "client";
  readonly attributes: Attributes;
  /** The `traceparent` (W3C Trace Context) that the caller sent, if the caller is trusted. */
  readonly traceparent?: string | undefined;
}

/** What the work of a span may do with it. */
export interface ActiveSpan {
  /** For the requests that the work sends; undefined = traces are off. */
  readonly traceparent: string | undefined;
  set(attributes: Attributes): void;
}

/** Records the steps of a request as spans of a trace. */
export interface Tracer {
  /** Runs the work as a span within the active one. If the work fails, so does the span. */
  span<Result>(
    name: string,
    start: SpanStart,
    work: (span: ActiveSpan) => Promise<Result>,
  ): Promise<Result>;
}

const noSpan: ActiveSpan = { traceparent: undefined, set: () => undefined };

/** Traces are off. */
export const noTracer: Tracer = { span: (_name, _start, work) => work(noSpan) };

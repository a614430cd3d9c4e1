import { Series, type MetricText } from "./series.ts";

/** The durations of one kind of work. Recording one allocates nothing. */
export class Durations<Values extends readonly string[] = readonly string[]> {
  readonly values: Values;
  /** Upper bounds in milliseconds, ascending. */
  readonly #boundsMs: readonly number[];
  /** The number of durations up to each bound and above the one before it. Longer ones are at the end. */
  readonly counts: number[];
  sumMs = 0;

  constructor(values: Values, boundsMs: readonly number[]) {
    this.values = values;
    this.#boundsMs = boundsMs;
    this.counts = [...boundsMs, 0].map(() => 0);
  }

  /** Records the time since `startedAt`, on the clock of `performance.now()`, as that of so many equal durations. */
  since(startedAt: number, times = 1): void {
    const ms = performance.now() - startedAt;
    const bounds = this.#boundsMs;
    let index = 0;
    while (index < bounds.length && ms > (bounds[index] ?? 0)) index++;
    this.counts[index] = (this.counts[index] ?? 0) + times;
    this.sumMs += ms * times;
  }
}

/** A metric of durations in buckets. */
export class Histogram<const Values extends readonly string[]> extends Series<
  Values,
  Durations<Values>
> {
  readonly type = "histogram";
  /** The upper bounds of the buckets. */
  readonly boundsSeconds: readonly number[];

  constructor(text: MetricText<Values>, boundsSeconds: readonly number[]) {
    const boundsMs = boundsSeconds.map((seconds) => seconds * 1000);
    super(text, (values) => new Durations(values, boundsMs));
    this.boundsSeconds = boundsSeconds;
  }
}

import { Series, type MetricText } from "./series.ts";

/** A plain number, so that counting costs next to nothing per request. */
export class Count<Values extends readonly string[] = readonly string[]> {
  readonly values: Values;
  value = 0;

  constructor(values: Values) {
    this.values = values;
  }
}

/** A metric that only increases, from the start of the process on. */
export class Counter<const Values extends readonly string[]> extends Series<Values, Count<Values>> {
  readonly type = "counter";

  constructor(text: MetricText<Values>) {
    super(text, (values) => new Count(values));
  }

  add(...values: Values): void {
    this.of(...values).value++;
  }
}

/** A metric that shows a state. */
export class Gauge<const Values extends readonly string[]> extends Series<Values, Count<Values>> {
  readonly type = "gauge";

  constructor(text: MetricText<Values>) {
    super(text, (values) => new Count(values));
  }

  set(value: number | boolean, ...values: Values): void {
    this.of(...values).value = Number(value);
  }
}

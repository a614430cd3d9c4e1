/** A label of a metric, and its values if the code lists them. */
export interface Label<Value extends string = string> {
  readonly name: string;
  readonly values: readonly Value[] | undefined;
}

export function labelOf<const Value extends string = string>(
  name: string,
  values?: readonly Value[],
): Label<Value> {
  return { name, values };
}

/** How a metric is named and explained: by `/metrics`, and by docs/metrics.md. */
export interface MetricText<Values extends readonly string[] = readonly string[]> {
  /** By the conventions of Prometheus: base units, `_total` for counters. */
  readonly name: string;
  readonly labels: { readonly [Index in keyof Values]: Label<Values[Index]> };
  /** What it measures, in one sentence. */
  readonly help: string;
  /** What an operator does with it. */
  readonly use: string;
}

/** The labels whose values come from the configuration, and these values. */
type ConfiguredLabels = Readonly<Record<"site" | "rule" | "provider", ReadonlySet<string>>>;

export interface ConfiguredNames extends ConfiguredLabels {
  /** Values of the label `provider` too, but of few metrics: no one signs in there, so no series begins with them. */
  readonly tokenIssuer: ReadonlySet<string>;
}

/** The value of a label for what no site, rule or provider of the configuration is concerned with. */
export const none = "none";
/** The rule label of an endpoint that allows only what every rule and every site allow. */
export const everyRule = "all";
/** `access` decides where no rule matches. */
const fixedValues: ReadonlySet<string> = new Set([none, everyRule, "access"]);

/** One time series of a metric. */
interface Labelled<Values extends readonly string[]> {
  readonly values: Values;
}

/**
 * The time series of one metric, by their label values. No value may come from a request as it is: a visitor who makes
 * up values must not create series.
 */
export class Series<Values extends readonly string[], One extends Labelled<Values>> {
  readonly text: MetricText<Values>;
  readonly #create: (values: Values) => One;
  readonly #all = new Map<string, One>();
  /** The same series, found label by label: a joined key would be a new string for every request. */
  #first = new Branch<One>();

  constructor(text: MetricText<Values>, create: (values: Values) => One) {
    this.text = text;
    this.#create = create;
  }

  /** The series with these label values, which begins with the first call. */
  of(...values: Values): One {
    let branch = this.#first;
    for (const value of values) branch = branch.next.get(value) ?? branch.grow(value);
    return (branch.one ??= this.#add(values));
  }

  #add(values: Values): One {
    const key = values.join("\n");
    const one = this.#all.get(key) ?? this.#create(values);
    this.#all.set(key, one);
    return one;
  }

  /** Begins every series, if the code or the configuration lists the values of all labels. */
  begin(names: ConfiguredNames): void {
    let rows: (readonly string[])[] = [[]];
    for (const label of this.text.labels) {
      const values = label.values ?? [...(configuredValues(label, names) ?? [])];
      rows = rows.flatMap((row) => values.map((value: string) => row.concat(value)));
    }
    for (const row of rows) this.of(...(row as Values)); // a value for each label, from its own list
  }

  get all(): One[] {
    return [...this.#all.values()];
  }

  /** Drops the series of what is no longer configured, so that a loop of reloads does not fill memory. */
  retain(names: ConfiguredNames): void {
    for (const [key, { values }] of this.#all)
      if (!values.every((value, index) => isCurrent(this.text.labels[index], value, names)))
        this.#all.delete(key);
    this.#first = new Branch();
  }
}

/** The series whose first label values are the same. */
class Branch<One> {
  readonly next = new Map<string, Branch<One>>();
  one: One | undefined;

  grow(value: string): Branch<One> {
    const branch = new Branch<One>();
    this.next.set(value, branch);
    return branch;
  }
}

function isCurrent(label: Label | undefined, value: string, names: ConfiguredNames): boolean {
  const configured = label && configuredValues(label, names);
  if (configured === undefined || configured.has(value) || fixedValues.has(value)) return true;
  return label?.name === "provider" && names.tokenIssuer.has(value);
}

/** undefined = the label's values do not come from the configuration. */
function configuredValues(
  { name }: Label,
  names: ConfiguredNames,
): ReadonlySet<string> | undefined {
  return name === "site" || name === "rule" || name === "provider" ? names[name] : undefined;
}

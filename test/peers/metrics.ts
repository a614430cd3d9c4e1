/** A sample of a scrape: its name with its labels, and the labels apart. */
interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly samples: Sample[];
}

const described =
  /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)\n# TYPE \1 (counter|gauge|histogram|summary)$/;
// prom-client writes Nan, which Prometheus reads (strconv.ParseFloat ignores the case).
const sampled = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? ([0-9.e+-]+|NaN|Nan|[+-]?Inf)$/;
const labelled = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"(?:,|$)/y;

/**
 * The metrics of a scrape, by the grammar of Prometheus' text format 0.0.4. Throws at a line that does not follow it, at a
 * sample without its HELP and TYPE right before, and at a series that occurs twice.
 */
export function parseScrape(text: string): Map<string, MetricFamily> {
  const families = new Map<string, MetricFamily>();
  const seen = new Set<string>();
  let current: MetricFamily | undefined;
  for (const line of text.replaceAll(/(# HELP .*)\n/g, "$1\0").split("\n")) {
    if (line === "") continue;
    const [, name, help = "", type = ""] = described.exec(line.replace("\0", "\n")) ?? [];
    if (name !== undefined) {
      if (families.has(name)) throw new Error(`described twice: ${name}`);
      current = { name, help, type, samples: [] };
      families.set(name, current);
      continue;
    }
    const sample = parseSample(line);
    const suffixes = current?.type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
    if (!suffixes.some((suffix) => sample.name === `${current?.name}${suffix}`))
      throw new Error(`not described: ${line}`);
    const series = seriesOf(sample);
    if (seen.has(series)) throw new Error(`occurs twice: ${series}`);
    seen.add(series);
    current?.samples.push(sample);
  }
  return families;
}

function parseSample(line: string): Sample {
  const [, name, written = "", value = ""] = sampled.exec(line) ?? [];
  if (name === undefined) throw new Error(`not a sample: ${line}`);
  const labels: Record<string, string> = {};
  labelled.lastIndex = 0;
  while (labelled.lastIndex < written.length) {
    const [, label, escaped = ""] = labelled.exec(written) ?? [];
    if (label === undefined || label in labels) throw new Error(`no labels: ${line}`);
    labels[label] = escaped.replaceAll(/\\(.)/g, (_, one) => (one === "n" ? "\n" : one));
  }
  return { name, labels, value: Number(value.replace("Inf", "Infinity")) };
}

/** Every series of doorward's counters and histograms (of these the number of durations), and its value. */
export function countsIn(text: string): Map<string, number> {
  const counted = [...parseScrape(text).values()].filter(
    ({ name, type }) => name.startsWith("doorward_") && type !== "gauge",
  );
  const samples = counted.flatMap((family) =>
    family.samples.filter(({ name }) => !/_(bucket|sum)$/.test(name)),
  );
  return new Map(samples.map((sample) => [seriesOf(sample), sample.value]));
}

/** What increased from one scrape to the next, and by how much. */
export function increases(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): Record<string, number> {
  const found = [...after].map(([name, value]): [string, number] => [
    name,
    value - (before.get(name) ?? 0),
  ]);
  return Object.fromEntries(found.filter(([, increase]) => increase !== 0));
}

function seriesOf({ name, labels }: Sample): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
  return pairs.length === 0 ? name : `${name}{${pairs.join(",")}}`;
}

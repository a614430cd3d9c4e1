import type { Comparison, Result } from "./comparison.ts";

const [left, width, line, bar] = [440, 320, 26, 14];
/** Room for the names of the axis below the rows. */
const below = 56;
const [less, more] = ["#3b7a57", "#b8672a"];

type Measured = Comparison & { readonly result: Result };

/** One bar for each cost and variant on a logarithmic axis: to the left of 1, doorward needs less. */
export function plot(rows: readonly Comparison[]): string {
  const measured = rows.filter((row): row is Measured => row.result !== undefined);
  const height = measured.length * line + 20 + below;
  const { x, ticks } = axisOf(measured);
  const bars = measured.map((row, index) => barOf(row, 20 + index * line, x));
  const lines = ticks.map((exponent) => tickOf(exponent, x(2 ** exponent), height - below));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${left + width + 60}" height="${height}" font-family="sans-serif" font-size="12">
  <title>What doorward costs, as a multiple of what the others cost</title>
  <rect width="100%" height="100%" fill="#fff"/>${lines.join("")}${bars.join("")}
  <text x="${at(x(1) - 8)}" y="${height - 10}" text-anchor="end" fill="${less}">◀ doorward needs less</text>
  <text x="${at(x(1) + 8)}" y="${height - 10}" fill="${more}">doorward needs more ▶</text>
</svg>
`;
}

/** As many names as do not overlap. */
const mostTicks = 9;

interface Axis {
  x(ratio: number): number;
  /** The exponents of two that have a name. */
  readonly ticks: readonly number[];
}

/** From one power of two to another, with all ratios and 1 between them. */
function axisOf(rows: readonly Measured[]): Axis {
  const ends = rows.flatMap(({ result: { ratio } }) => [ratio.lowest, ratio.highest]);
  const first = Math.min(-1, ...ends.map((end) => Math.floor(Math.log2(end))));
  const last = Math.max(1, ...ends.map((end) => Math.ceil(Math.log2(end))));
  const step = Math.ceil((last - first + 1) / mostTicks);
  const exponents = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return {
    x: (ratio) => left + ((Math.log2(ratio) - first) / (last - first)) * width,
    ticks: exponents.filter((exponent) => exponent % step === 0),
  };
}

function barOf(
  { title, variant, result: { ratio } }: Measured,
  y: number,
  x: (ratio: number) => number,
): string {
  const [from, to] = [Math.min(1, ratio.median), Math.max(1, ratio.median)];
  const middle = y + bar / 2;
  return `
  <text x="${left - 10}" y="${y + 11}" text-anchor="end">${title}: ${variant.title}</text>
  <rect x="${at(x(from))}" y="${y}" width="${at(x(to) - x(from))}" height="${bar}" fill="${ratio.median <= 1 ? less : more}"/>
  <path d="M${at(x(ratio.lowest))} ${middle}H${at(x(ratio.highest))}" stroke="#111" stroke-width="1.5"/>
  <text x="${left + width + 10}" y="${y + 11}">${Number(ratio.median.toPrecision(3))}</text>`;
}

function tickOf(exponent: number, x: number, bottom: number): string {
  const name = exponent < 0 ? `1/${2 ** -exponent}` : String(2 ** exponent);
  return `
  <path d="M${at(x)} 12V${bottom}" stroke="${exponent === 0 ? "#888" : "#ddd"}"/>
  <text x="${at(x)}" y="${bottom + 16}" text-anchor="middle" fill="#555">${name}</text>`;
}

function at(value: number): string {
  return value.toFixed(1);
}

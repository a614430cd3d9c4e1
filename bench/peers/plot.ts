import type { Comparison, Result } from "./comparison.ts";

const [left, width, line, bar] = [420, 300, 26, 14];
/** Room for the names of the axis below the rows. */
const below = 56;

type Measured = Comparison & { readonly result: Result };

/** One bar for each cost and variant on a logarithmic axis: to the left of 1, doorward needs less. */
export function plot(rows: readonly Comparison[]): string {
  const present = rows.filter((row): row is Measured => row.result !== undefined);
  const height = present.length * line + 20 + below;
  // Whole factors of two, as many on either side.
  const ends = present.flatMap(({ result: { ratio } }) => [ratio.lowest, ratio.highest]);
  const octaves = Math.max(1, Math.ceil(Math.max(...ends.map((end) => Math.abs(Math.log2(end))))));
  const x = (ratio: number) => left + (Math.log2(ratio) / octaves + 1) * (width / 2);
  const bars = present.map((row, index) => barOf(row, 20 + index * line, x));
  const ticks = Array.from({ length: 2 * octaves + 1 }, (_, index) => index - octaves).map(
    (exponent) => tickOf(exponent, x(2 ** exponent), height - below),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${left + width + 70}" height="${height}" font-family="sans-serif" font-size="12">
  <title>What doorward costs, as a multiple of what the others cost</title>
  <rect width="100%" height="100%" fill="#fff"/>${ticks.join("")}${bars.join("")}
  <text x="${at(x(1) - 8)}" y="${height - 10}" text-anchor="end" fill="${less}">◀ doorward needs less</text>
  <text x="${at(x(1) + 8)}" y="${height - 10}" fill="${more}">doorward needs more ▶</text>
</svg>
`;
}

const [less, more] = ["#3b7a57", "#b8672a"];

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
  <text x="${left + width + 12}" y="${y + 11}">${Number(ratio.median.toPrecision(3))}</text>`;
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

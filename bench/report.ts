import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describeParts, type Part } from "./loaded.ts";
import { describe, type Row } from "./rows.ts";
import { root } from "./server.ts";

const page = join(root, "docs/performance.md");
const picture = join(root, "docs/performance.svg");

/** Writes the figures, their chart and the list of loaded modules to the documentation. */
export async function writeReport(rows: readonly Row[], parts: readonly Part[]): Promise<void> {
  await writeSection("figures", describe(rows));
  await writeSection("loaded modules", describeParts(parts));
  await writeFile(picture, plot(rows.filter(({ goal, better }) => better === "more" && goal <= 1)));
}

/** Replaces what is between the two comments of this name in docs/performance.md. */
export async function writeSection(name: string, table: string): Promise<void> {
  const text = await readFile(page, "utf8");
  const between = new RegExp(`(<!-- ${name} -->\n)[^]*(<!-- end of ${name} -->)`);
  if (!between.test(text)) throw new Error(`${page} has no <!-- ${name} -->`);
  await writeFile(
    page,
    text.replace(between, (_, start: string, end: string) => `${start}\n${table}\n\n${end}`),
  );
  // `npm test` checks the format of every page, such as the width of a table's columns.
  execFileSync("npx", ["oxfmt", page], { stdio: "ignore" });
}

const [left, width, line, bar] = [330, 360, 34, 16];

/** One bar for each case: its median, the range of its rounds, and the goal. */
function plot(rows: readonly Row[]): string {
  const height = rows.length * line + 50;
  const most = Math.max(1.2, ...rows.map(({ value }) => value.highest));
  const x = (value: number) => left + value * (width / most);
  const bars = rows.map((row, index) => {
    const y = 20 + index * line;
    const { median, lowest, highest } = row.value;
    const middle = y + bar / 2;
    return `
  <text x="${left - 10}" y="${y + 13}" text-anchor="end">${row.title.split(", nginx's")[0]}</text>
  <rect x="${left}" y="${y}" width="${at(x(median) - left)}" height="${bar}" fill="#3b7a57"/>
  <path d="M${at(x(lowest))} ${middle}H${at(x(highest))}" stroke="#111" stroke-width="1.5"/>
  <path d="M${at(x(row.goal))} ${y - 3}v${bar + 6}" stroke="#c0392b" stroke-width="2"/>
  <text x="${left + width + 10}" y="${y + 13}">${median.toFixed(2)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${left + width + 60}" height="${height}" font-family="sans-serif" font-size="13">
  <title>CPU time per request: the bare server's as a share of doorward's</title>
  <rect width="100%" height="100%" fill="#fff"/>${bars.join("")}
  <path d="M${at(x(1))} 10V${height - 28}" stroke="#888" stroke-dasharray="4 3"/>
  <text x="${at(x(1))}" y="${height - 10}" text-anchor="middle">1 = a bare server</text>
  <text x="10" y="${height - 10}" fill="#c0392b">red: the goal; black: all rounds</text>
</svg>
`;
}

function at(value: number): string {
  return value.toFixed(1);
}

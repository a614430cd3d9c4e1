import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { capacityTable } from "./scale-capacity.ts";
import { figures } from "./scale-figures.ts";
import { table } from "./scale-table.ts";

const path = join(import.meta.dirname, "scale.md");

/** docs/scale.md with its computed tables. */
export function scalePage(text: string): string {
  return inside(inside(text, "figures", figuresTable()), "capacity", capacityTable());
}

function figuresTable(): string {
  const lines = Object.values(figures).map(({ what, measured, used, unit }) => [
    what,
    measured,
    `${used} ${unit}`,
  ]);
  return table(["what", "measured", "used below"], lines);
}

/** Replaces the text between two comments. */
function inside(text: string, name: string, content: string): string {
  const [first, last] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const [start, end] = [text.indexOf(first), text.indexOf(last)];
  if (start < 0 || end < start) throw new Error(`docs/scale.md has no ${first} … ${last}`);
  return `${text.slice(0, start + first.length)}\n\n${content}\n\n${text.slice(end)}`;
}

if (import.meta.main) writeFileSync(path, scalePage(readFileSync(path, "utf8")));

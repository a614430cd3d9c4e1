import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const folder = join(import.meta.dirname, "../../providers");
const windowLines = 5;

/** The non-empty lines of a file, without indentation. */
function linesOf(file: string): string[] {
  const lines = readFileSync(join(folder, file), "utf8").split("\n");
  return lines.map((line) => line.trim()).filter((line) => line !== "");
}

function windowsOf(file: string): string[] {
  const lines = linesOf(file);
  return lines
    .slice(windowLines - 1)
    .map((_, start) => lines.slice(start, start + windowLines).join("\n"));
}

describe("provider files", () => {
  it("share no five lines, because common code has a file of its own", () => {
    const firstSeenIn = new Map<string, string>();
    const copies: string[] = [];

    for (const file of readdirSync(folder)) {
      for (const window of windowsOf(file)) {
        const other = firstSeenIn.get(window) ?? file;
        if (other !== file) copies.push(`${other} and ${file}:\n${window}`);
        firstSeenIn.set(window, other);
      }
    }

    expect(firstSeenIn.size).toBeGreaterThan(100);
    expect(copies).toEqual([]);
  });
});

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { root } from "../../docs/source-files.ts";
import { listB7toB13 } from "./properties-b7-b13.ts";
import { listOfChecklist } from "./properties-checklist.ts";
import { listB1toB6 } from "./properties.ts";
import { rowsOf, type RowList } from "./rows.ts";

const lists: readonly RowList[] = [listB1toB6, listB7toB13, listOfChecklist];

const rows = lists.flatMap((list) => Object.keys(list.rows));
const notApplicable = lists.flatMap((list) => list.notApplicable);
const shownElsewhere = lists.flatMap((list) => list.shownElsewhere);

/** The number of cases of each row that has one. */
const cases = new Map<string, number>();

/** Collects the tests of this folder as Vitest would run them, so that a title in a comment does not count. */
beforeAll(() => {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const words = ["list", "test/attacks/b", "test/attacks/checklist", "--no-static-parse", "--json"];
  const listed = execFileSync(process.execPath, [vitest, ...words], {
    cwd: root,
    encoding: "utf8",
  });
  const tests: { readonly name: string }[] = JSON.parse(listed);
  for (const row of tests.flatMap(({ name }) => rowsOf(name)))
    cases.set(row, (cases.get(row) ?? 0) + 1);
});

describe("the catalogue of attacks", () => {
  it("has a case, a test elsewhere or a reason for every row", () => {
    const known = new Set([
      ...cases.keys(),
      ...[...notApplicable, ...shownElsewhere].map(({ row }) => row),
    ]);

    expect(rows.filter((row) => !known.has(row))).toEqual([]);
  });

  it("has each row once, and no case of a row that does not exist", () => {
    const named = [...cases.keys(), ...[...notApplicable, ...shownElsewhere].map(({ row }) => row)];

    expect(new Set(rows).size).toBe(rows.length);
    expect(named.filter((row) => !rows.includes(row))).toEqual([]);
  });

  it("gives a reason only for rows without a case", () => {
    const withCases = notApplicable.filter(({ row }) => cases.has(row));
    const withoutReason = notApplicable.filter(({ why }) => why.length < 20);

    expect(withCases).toEqual([]);
    expect(withoutReason).toEqual([]);
  });

  it.each(shownElsewhere)("$row is shown by $file", ({ file, test }) => {
    expect(readFileSync(join(root, file), "utf8")).toContain(test);
  });

  it("has the counts that SECURITY.md gives", () => {
    const sectionOf = (row: string) => /^(B\d+|C)/.exec(row)?.[0] ?? "";
    const counted = Object.entries(Object.groupBy(rows, sectionOf)).map(([section, own = []]) => [
      section,
      own.length,
      own.reduce((total, row) => total + (cases.get(row) ?? 0), 0),
    ]);
    const text = readFileSync(join(root, "SECURITY.md"), "utf8");
    const written = text.matchAll(/^\| (B\d+|C) +\|[^|]+\| (\d+) +\| (\d+) +\|/gm);

    expect(
      Array.from(written, ([, section, ...counts]) => [section, ...counts.map(Number)]),
    ).toEqual(counted);
  });
});

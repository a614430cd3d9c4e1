import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root } from "../../docs/source-files.ts";
import { en } from "../../server/pages/languages/en.ts";
import { events } from "../../server/observe/events.ts";

const page = readFileSync(join(root, "docs/troubleshooting.md"), "utf8");
const sections = page
  .split(/^## /m)
  .slice(1)
  .map((section): [title: string, text: string] => [section.split("\n", 1)[0] ?? "", section]);

/** Every event and reason that doorward can log. */
const codes = new Map(
  Object.entries(events).map(([event, { reasons }]) => [event, Object.keys(reasons)]),
);

it.each(sections)("%s: names events and reasons that there are", (_, section) => {
  const [, line = ""] = /In the log: (.*?)(?=\. |\.\n|$)/s.exec(section) ?? [];
  const named = Array.from(line.matchAll(/`([a-z_]+)`/g), ([, name = ""]) => name);
  const known = named.filter((name) => codes.has(name));
  const reasons = new Set(known.flatMap((event) => codes.get(event) ?? []));
  const items = Array.from(section.matchAll(/^- `([a-z_]+)`:/gm), ([, name = ""]) => name);

  expect(section.includes("In the log: ")).toBe(named.length > 0);
  expect(named.length > 0 && known.length === 0).toBe(false);
  const meant = [...named.filter((name) => !codes.has(name)), ...items];
  expect(meant.filter((name) => !reasons.has(name))).toEqual([]);
});

it("has at least ten symptoms, and quotes the pages as visitors see them", () => {
  const titles = new Set<string>(
    Object.values(en).map((texts) => ("title" in texts ? texts.title : "")),
  );
  const quoted = sections.flatMap(([title]) => /^(?:403 .*\()?"(.*?)"/.exec(title)?.[1] ?? []);

  expect(sections.length).toBeGreaterThanOrEqual(10);
  expect(quoted.length).toBe(4);
  expect(quoted.filter((title) => !titles.has(title))).toEqual([]);
});

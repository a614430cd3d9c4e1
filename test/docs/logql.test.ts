import { parser } from "@grafana/lezer-logql";
import { describe, expect, it } from "vitest";
import { commonFields, events } from "../../server/observe/events.ts";
import { block } from "./blocks.ts";

const queries = block("docs/events.md", "logql").trim().split("\n");
/** Labels that the page tells the collector to make, and `app`, which is the operator's. */
const labels = new Set(["app", "event", "level"]);
const fields = new Set([
  ...Object.keys(commonFields),
  ...Object.values(events).flatMap(({ details }) => Object.keys(details ?? {})),
]);

/** Where the grammar of Grafana's own query editor finds a fault. */
function faultsIn(query: string): string[] {
  const faults: string[] = [];
  parser.parse(query).iterate({
    enter: ({ type, from }) => void (type.isError && faults.push(query.slice(from))),
  });
  return faults;
}

/** Labels, fields and events that a query names and that do not exist. */
function unknownIn(query: string): string[] {
  const [, selector = "", rest = ""] = /\{([^}]*)\}(.*)/.exec(query) ?? [];
  const inSelector = Array.from(selector.matchAll(/(\w+)="(\w+)"/g));
  const [, grouped = ""] = /\bby \(([^)]*)\)/.exec(query) ?? [];
  const compared = Array.from(rest.matchAll(/\| (\w+)=/g), ([, name = ""]) => name);
  return [
    ...inSelector.flatMap(([, name = ""]) => (labels.has(name) ? [] : [name])),
    ...inSelector.flatMap(([, name, value = ""]) =>
      name === "event" && !(value in events) ? [value] : [],
    ),
    ...[...compared, ...grouped.split(", ").filter(Boolean)].filter((name) => !fields.has(name)),
  ];
}

describe("the queries for Loki in docs/events.md", () => {
  it.each(queries)("are LogQL, with labels and fields that exist: %s", (query) => {
    expect(faultsIn(query)).toEqual([]);
    expect(unknownIn(query)).toEqual([]);
  });

  it.each([
    '{app="a"',
    '{app="a"} | jsonn',
    "sum by (a (rate({a=`b`}[1h]))",
    '{a="b"} | json | c=',
  ])("would be found to be no LogQL: %s", (query) => expect(faultsIn(query)).not.toEqual([]));

  it("would be found to name what does not exist", () => {
    const query = 'sum by (x, reason) (rate({pod="a", event="deny"} | json | e_mail="b" [1h]))';

    expect(unknownIn(query)).toEqual(["pod", "deny", "e_mail", "x"]);
  });
});

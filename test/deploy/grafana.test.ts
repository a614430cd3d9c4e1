import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parser } from "@prometheus-io/lezer-promql";
import { parseYAML } from "confbox";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { createCounts } from "../../server/observe/counts.ts";
import { deployFolder } from "./example.ts";

const read = (name: string) => readFileSync(join(deployFolder, "grafana", name), "utf8");

const dashboard = v.parse(
  v.object({
    panels: v.array(
      v.object({
        id: v.number(),
        title: v.string(),
        gridPos: v.object({ x: v.number(), y: v.number(), w: v.number(), h: v.number() }),
        targets: v.optional(v.array(v.object({ expr: v.string(), legendFormat: v.string() })), []),
      }),
    ),
  }),
  JSON.parse(read("doorward.json")),
);
const rule = v.strictObject({
  alert: v.string(),
  expr: v.string(),
  for: v.optional(v.string()),
  labels: v.object({ severity: v.picklist(["warning", "critical"]) }),
  annotations: v.object({ summary: v.string(), description: v.string() }),
});
const alerts = v.parse(
  v.object({ groups: v.array(v.object({ name: v.string(), rules: v.array(rule) })) }),
  parseYAML(read("alerts.yaml")),
);
const rules = alerts.groups.flatMap((group) => group.rules);
const queries = [
  ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr])),
  ...rules.map(({ alert, expr }) => [alert, expr]),
] as [string, string][];

/** Every series name that a scrape can have, with its labels and, of those that the code lists, their values. */
const series = new Map(
  Object.values(createCounts()).flatMap(({ type, text: { name, labels } }) => {
    const known = new Map<string, readonly string[] | undefined>([
      ["job", undefined],
      ["instance", undefined],
    ]);
    for (const label of labels) known.set(label.name, label.values);
    const bucket = new Map([...known, ["le", undefined]]);
    if (type !== "histogram") return [[name, known] as const];
    return [
      [`${name}_bucket`, bucket],
      [`${name}_sum`, known],
      [`${name}_count`, known],
    ] as const;
  }),
);

function labelsOf(name: string): string[] {
  return Array.from(series.get(name)?.keys() ?? []);
}

/** What a query names and no scrape has: metrics, labels, and values of labels. */
function unknownIn(query: string): string[] {
  const selectors = Array.from(query.matchAll(/(doorward_\w+)(?:\{([^}]*)\})?/g));
  const named = selectors.flatMap(([, name = "", matchers = ""]) => {
    const labels = series.get(name);
    if (labels === undefined) return [name];
    const pairs = Array.from(matchers.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g));
    return pairs.flatMap(([, label = "", , value = ""]) => {
      if (!labels.has(label)) return [`${name}{${label}}`];
      const listed = labels.get(label);
      const unknown = value.split("|").filter((one) => listed?.includes(one) === false);
      return unknown.map((one) => `${name}{${label}="${one}"}`);
    });
  });
  const possible = new Set(selectors.flatMap(([, name = ""]) => labelsOf(name)));
  const grouped = Array.from(query.matchAll(/\bby \(([^)]*)\)/g), ([, list = ""]) =>
    list.split(", "),
  );
  return [...named, ...grouped.flat().filter((label) => !possible.has(label))];
}

/** Where the grammar of Prometheus' own query editor finds a fault; Grafana's variables are replaced before. */
function faultsIn(query: string): string[] {
  const written = query.replaceAll("$__rate_interval", "5m").replaceAll("$job", ".+");
  const faults: string[] = [];
  parser.parse(written).iterate({
    enter: ({ type, from }) => void (type.isError && faults.push(written.slice(from))),
  });
  return faults;
}

describe("the dashboard and the alert rules", () => {
  it.each(queries)("have a query that is PromQL: %s", (_, query) => {
    expect(faultsIn(query)).toEqual([]);
  });

  it.each(queries)("name only metrics and labels that exist: %s", (_, query) => {
    expect(query).toContain("doorward_");
    expect(unknownIn(query)).toEqual([]);
  });

  it("show every metric", () => {
    const shown = queries.map(([, query]) => query).join("\n");

    for (const { text } of Object.values(createCounts())) expect(shown).toContain(text.name);
  });

  it.each(["sum by (le (rate(a[5m]))", "rate(a[5m]) >", 'a{b="c', "rat(a[5m])"])(
    "would be found to be no PromQL: %s",
    (query) => expect(faultsIn(query)).not.toEqual([]),
  );

  it("would be found to name what does not exist", () => {
    expect(
      unknownIn('sum by (host) (doorward_sign_ins_total{result="maybe", x="y"}) + doorward_no'),
    ).toEqual([
      'doorward_sign_ins_total{result="maybe"}',
      "doorward_sign_ins_total{x}",
      "doorward_no",
      "host",
    ]);
  });

  it("have legends and texts with labels that their queries keep", () => {
    const legends = dashboard.panels.flatMap(({ targets }) =>
      targets.map(({ expr, legendFormat }) => ({
        expr,
        text: legendFormat,
        used: /\{\{(\w+)\}\}/g,
      })),
    );
    const texts = rules.map(({ expr, annotations: { summary, description } }) => ({
      expr,
      text: `${summary} ${description}`,
      used: /\$labels\.(\w+)/g,
    }));
    for (const { expr, text, used } of [...legends, ...texts]) {
      const [, by] = /\bby \(([^)]*)\)/.exec(expr) ?? [];
      const [, name = ""] = /(doorward_\w+)/.exec(expr) ?? [];
      const kept = by?.split(", ") ?? labelsOf(name);
      for (const [, label] of text.matchAll(used)) expect(kept).toContain(label);
    }
  });
});

describe("the dashboard", () => {
  it("gives each panel an id and a place of its own", () => {
    const ids = dashboard.panels.map(({ id }) => id);
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from(
        { length: w * h },
        (_, index) => `${x + (index % w)} ${y + Math.floor(index / w)}`,
      ),
    );

    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(cells).size).toBe(cells.length);
  });
});

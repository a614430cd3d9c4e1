import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseYAML } from "confbox";
import * as v from "valibot";
import { expect, it } from "vitest";
import { chartSchema } from "../../docs/chart-schema.ts";
import { root } from "../../docs/source-files.ts";
import { chartFolder } from "./helm.ts";
import { allOptions } from "./chart-values.ts";

function read(name: string): string {
  return readFileSync(join(chartFolder, name), "utf8");
}

const versions = v.object({ version: v.string(), appVersion: v.string() });

it("the chart and its image have the version of doorward", () => {
  const { version } = v.parse(
    v.object({ version: v.string() }),
    JSON.parse(readFileSync(join(root, "package.json"), "utf8")),
  );

  expect(v.parse(versions, parseYAML(read("Chart.yaml")))).toEqual({
    version,
    appVersion: version,
  });
});

it("values.schema.json is up to date: npm run docs", () => {
  expect(read("values.schema.json")).toBe(chartSchema());
});

it("values.yaml has every option of the schema, and the tests set all of them but persistence", () => {
  const { properties } = v.parse(
    v.object({ properties: v.record(v.string(), v.unknown()) }),
    JSON.parse(chartSchema()),
  );
  const inSchema = Object.keys(properties).filter((name) => name !== "global");
  const { proxyResources, ...values } = parseYAML<Record<string, unknown>>(read("values.yaml"));

  expect([...Object.keys(values), "proxyResources"].toSorted()).toEqual(inSchema.toSorted());
  expect(proxyResources).toEqual({});
  expect([...Object.keys(allOptions), "persistence"].toSorted()).toEqual(
    Object.keys(values).toSorted(),
  );
});

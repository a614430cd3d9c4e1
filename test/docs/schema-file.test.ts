import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseYAML } from "confbox";
import { describe, expect, it } from "vitest";
import { providersPage } from "../../docs/providers-page.ts";
import { schemaFile } from "../../docs/schema-file.ts";
import { root } from "../../docs/source-files.ts";
import { checkConfig } from "../../server/config/load.ts";
import { schemaAddress, schemaLine } from "../../server/config/schema-address.ts";
import { isObject } from "../../server/config/shape.ts";
import { importFiles } from "../../server/tools/import/report.ts";
import { complete } from "../fuzz/config-target.ts";
import { testSecret } from "../peers/doorward.ts";
import { exampleConfigurations } from "./example-configurations.ts";
import { isAccepted, refusals } from "./schema-refusals.ts";

const setUps = join(root, "test/tools/import/set-ups");

type Settings = Record<string, unknown>;

const file = readFileSync(join(root, "doorward.schema.json"), "utf8");
function textOf(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

describe("doorward.schema.json", () => {
  it("equals the output of `npm run docs`", () => {
    expect(file).toBe(schemaFile());
  });

  it("is in the package, at the address that it has", () => {
    const { name, files } = JSON.parse(textOf("package.json"));

    expect(files).toContain("doorward.schema.json");
    expect(schemaAddress).toMatch(new RegExp(`/${name}/doorward\\.schema\\.json$`));
    expect(JSON.parse(file).$id).toBe(schemaAddress);
  });

  it("is the first line of every example configuration", () => {
    const texts = [
      textOf("deploy/doorward.yaml"),
      textOf("deploy/systemd/doorward.yaml"),
      readme(),
    ];

    expect(texts.map((text) => text.split("\n", 1)[0])).toEqual(texts.map(() => schemaLine));
  });

  it("describes every key, and offers no secret", () => {
    const described = file.match(/"description": "/g) ?? [];

    expect(described.length).toBe(exampleConfigurations().length);
    expect(file).not.toContain("…");
    expect(file).not.toContain(testSecret);
  });
});

/** The first configuration in README.md. */
function readme(): string {
  const [, yaml = ""] = /```yaml\n(.*?)```/s.exec(textOf("README.md")) ?? [];
  return yaml;
}

describe("the schema accepts", () => {
  it.each(exampleConfigurations())("the documented example of %s", (_, settings) => {
    expect(refusals(settings)).toEqual([]);
  });

  it("the example configurations of deploy/ and README.md", () => {
    const configMap = parseYAML<{ data: Settings }>(textOf("deploy/kubernetes/config.yaml"));
    const texts = [
      textOf("deploy/doorward.yaml"),
      textOf("deploy/systemd/doorward.yaml"),
      String(configMap.data["doorward.yaml"]),
      readme(),
    ];

    const parsed = texts.map((text) => parseYAML<Settings>(text));

    expect(parsed.every((settings) => isObject(settings.providers))).toBe(true);
    expect(parsed.flatMap(refusals)).toEqual([]);
  });

  it.each(readdirSync(setUps))("what `import` prints for %s, which names the schema", (name) => {
    const options = { service: undefined, environment: {} };
    const { output = "" } = importFiles("oauth2-proxy", [join(setUps, name)], options);

    expect(output.split("\n", 1)).toEqual([schemaLine]);
    expect(refusals(parseYAML(output))).toEqual([]);
  });

  it("every example of docs/providers.md", () => {
    const examples = [...providersPage().matchAll(/```yaml\n(.*?)```/gs)];

    expect(examples.length).toBeGreaterThan(25);
    expect(examples.flatMap(([, text = ""]) => refusals(parseYAML(text)))).toEqual([]);
  });

  it("a file without the settings that come from environment variables", () => {
    const variables = {
      DOORWARD_URL: "https://auth.example.com",
      DOORWARD_SECRET: testSecret,
      DOORWARD_PROVIDERS_GOOGLE_CLIENT_ID: "doorward",
      DOORWARD_ACCESS_ANYONE: "true",
      DOORWARD_ADMIN_PORT: "9180",
    };
    const settings = { providers: { google: {} }, admin: { host: "127.0.0.1" } };

    expect(() => checkConfig("doorward.yaml", settings, variables)).not.toThrow();
    expect(refusals(settings)).toEqual([]);
    expect(refusals({})).toEqual([]);
  });

  it("one value instead of a list, and a list", () => {
    const rules = (host: unknown) => ({ ...complete, rules: [{ host, allow: "public" }] });

    for (const host of ["app.example.com", ["app.example.com", "*.example.org"]]) {
      expect(isAccepted(rules(host))).toBe(true);
      expect(refusals(rules(host))).toEqual([]);
    }
  });
});

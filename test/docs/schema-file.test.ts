import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { parseYAML } from "confbox";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { providersPage } from "../../docs/providers-page.ts";
import { schemaFile } from "../../docs/schema-file.ts";
import { root } from "../../docs/source-files.ts";
import { checkConfig } from "../../server/config/load.ts";
import { schemaAddress, schemaLine } from "../../server/config/schema-address.ts";
import { isObject } from "../../server/config/shape.ts";
import { importFiles } from "../../server/tools/import/report.ts";
import { changedBy, complete, configCase } from "../fuzz/config-target.ts";
import { testSecret } from "../peers/doorward.ts";
import { exampleConfigurations } from "./example-configurations.ts";

const setUps = join(root, "test/tools/import/set-ups");

type Settings = Record<string, unknown>;

const file = readFileSync(join(root, "doorward.schema.json"), "utf8");
const validate = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true }).compile(
  JSON.parse(file),
);

/** What the schema refuses of a file. */
function refusals(settings: unknown): string[] {
  validate(settings);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

function isAccepted(settings: Settings): boolean {
  try {
    checkConfig("doorward.yaml", settings, {});
    return true;
  } catch {
    return false;
  }
}

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

  it("is the first line of the example configuration", () => {
    expect(textOf("deploy/doorward.yaml").split("\n", 1)).toEqual([schemaLine]);
  });

  it("describes every key, and offers no secret", () => {
    const described = file.match(/"description": "/g) ?? [];

    expect(described.length).toBe(exampleConfigurations().length);
    expect(file).not.toContain("…");
    expect(file).not.toContain(testSecret);
  });
});

describe("the schema accepts", () => {
  it.each(exampleConfigurations())("the documented example of %s", (_, settings) => {
    expect(refusals(settings)).toEqual([]);
  });

  it("the example configurations of deploy/ and README.md", () => {
    const configMap = parseYAML<{ data: Settings }>(textOf("deploy/kubernetes/config.yaml"));
    const [, inReadme = ""] = /```yaml\n(.*?)```/s.exec(textOf("README.md")) ?? [];
    const texts = [
      textOf("deploy/doorward.yaml"),
      String(configMap.data["doorward.yaml"]),
      inReadme,
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

/** Every value in the documented examples, groups and lists too. */
const values = [
  ...new Set(exampleConfigurations().flatMap(([, settings]) => valuesIn(settings))),
].map((json): unknown => JSON.parse(json));

function valuesIn(value: unknown): string[] {
  const below = typeof value === "object" && value !== null ? Object.values(value) : [];
  return [JSON.stringify(value), ...below.flatMap(valuesIn)];
}

const changeTexts =
  (by: (text: string) => string) =>
  (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value), (_, one: unknown) =>
      typeof one === "string" ? by(one) : one,
    );

/** Other spellings of a value, some of which doorward accepts too. */
const spellings: Readonly<Record<string, (value: unknown) => unknown>> = {
  "in capitals": changeTexts((text) => text.toUpperCase()),
  "in lower case": changeTexts((text) => text.toLowerCase()),
  "after a space": changeTexts((text) => ` ${text}`),
  "after a line break": changeTexts((text) => `\n${text}`),
  "with an emoji": changeTexts((text) => `${text}\u{1f6aa}`),
  "five times": changeTexts((text) => text.repeat(5)),
  "as one character": changeTexts((text) => text.slice(0, 1)),
  "as one of a list": (value) => (Array.isArray(value) ? value[0] : [value]),
  "in a longer list": (value) => [value, value].flat(),
  "in a list of ten": (value) => Array.from({ length: 10 }, () => value).flat(),
  "without its first key": (value) =>
    isObject(value) ? Object.fromEntries(Object.entries(value).slice(1)) : value,
  empty: (value) => (isObject(value) ? {} : Array.isArray(value) ? [] : ""),
  negated: (value) => !value,
  "as text": String,
  "as the next number": (value) => (typeof value === "number" ? value + 1 : 1),
};

const change = fc.oneof(
  fc.constantFrom(...Object.values(spellings)),
  fc.constantFrom(...values).map((value) => () => value),
  fc
    .oneof(fc.string({ unit: "grapheme" }), fc.double(), fc.jsonValue())
    .map((value) => () => value),
);

/** A copy with one of its values changed; `place` counts them. */
function withChange(
  value: unknown,
  place: { left: number },
  by: (value: unknown) => unknown,
): unknown {
  if (place.left-- === 0) return by(value);
  if (Array.isArray(value)) return value.map((item) => withChange(item, place, by));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, withChange(child, place, by)]),
  );
}

describe("the schema never refuses what doorward accepts", () => {
  it.each(Object.entries(spellings))("of all documented examples, %s", (_, spell) => {
    const accepted = exampleConfigurations(spell).filter(([, settings]) => isAccepted(settings));

    expect(accepted.length).toBeGreaterThan(0);
    const refused = accepted.map(([path, settings]) => ({ path, reasons: refusals(settings) }));
    expect(refused.filter(({ reasons }) => reasons.length > 0)).toEqual([]);
  });

  it("in a documented example with a changed value", () => {
    let accepted = 0;
    const place = fc.tuple(fc.constantFrom(...exampleConfigurations()), fc.nat(14), change);

    fc.assert(
      fc.property(place, ([[, settings], left, by]) => {
        const changed = withChange(settings, { left: left + 1 }, by);
        if (!isObject(changed) || !isAccepted(changed)) return;
        accepted++;
        expect(refusals(changed)).toEqual([]);
      }),
      { numRuns: 4_000 },
    );

    expect(accepted).toBeGreaterThan(400);
  });

  it("in a complete configuration with arbitrary values", () => {
    let accepted = 0;

    fc.assert(
      fc.property(configCase, ({ changes }) => {
        const changed = changedBy(changes);
        if (!isAccepted(changed)) return;
        accepted++;
        expect(refusals(changed)).toEqual([]);
      }),
      { numRuns: 400 },
    );

    expect(accepted).toBeGreaterThan(40);
  });
});

const withRule = (rule: unknown) => ({ ...complete, rules: [rule] });
const withProvider = (settings: Settings) => ({
  ...complete,
  providers: { ...(complete.providers as Settings), google: { clientId: "doorward", ...settings } },
});

describe("the schema refuses, as doorward does,", () => {
  const faults: [string, Settings, string][] = [
    ["an unknown key", { ...complete, sesion: {} }, ""],
    ["an unknown key of a group", { ...complete, session: { liftime: "7d" } }, "/session"],
    ["an unknown key of a provider", withProvider({ clientSecrt: "x" }), "/providers/google"],
    ["an unknown key of a rule", withRule({ hosts: "a.example.com", deny: true }), "/rules/0"],
    ["an unknown key of allow", withRule({ allow: { group: ["ops"] } }), "/rules/0/allow"],
    ["an unknown key of bearer", withRule({ bearer: { idToken: true } }), "/rules/0/bearer"],
    ["an unknown parameter", withProvider({ authorization: { state: "x" } }), "/authorization"],
    ["an unknown type of provider", withProvider({ type: "gogle" }), "/providers/google/type"],
    ["an unknown name of a provider", { ...complete, providers: { Google: {} } }, "/providers"],
    ["an unknown driver", { ...complete, storage: { driver: "rediss" } }, "/storage/driver"],
    ["an unknown level", { ...complete, log: { level: "verbose" } }, "/log/level"],
    ["an unknown dialect", { ...complete, dialect: "nginx" }, "/dialect"],
    [
      "an unknown algorithm",
      withRule({
        bearer: {
          issuers: [{ issuer: "https://ci.example.com", audiences: ["x"], algorithms: ["HS256"] }],
        },
      }),
      "/algorithms/0",
    ],
    ["a duration without a unit", { ...complete, session: { idle: 5 } }, "/session/idle"],
    ["a duration in words", { ...complete, session: { idle: "7 days" } }, "/session/idle"],
    ["a port that is text", { ...complete, listen: { port: "4180" } }, "/listen/port"],
    ["a port that is too high", { ...complete, listen: { port: 65_536 } }, "/listen/port"],
    ["a number for text", withProvider({ clientSecret: 12_345_678 }), "/clientSecret"],
    ["text for true or false", { ...complete, replicas: "yes" }, "/replicas"],
    ["text for a list", { ...complete, access: { domains: "example.com" } }, "/access/domains"],
    ["a number in a list", { ...complete, access: { subjects: [17] } }, "/access/subjects/0"],
    ["an empty list", withRule({ host: [], deny: true }), "/rules/0/host"],
    ["an empty text", withProvider({ label: " " }), "/providers/google/label"],
    ["a list for a group", { ...complete, cookie: ["example.com"] }, "/cookie"],
    ["text for a group", { ...complete, listen: "127.0.0.1:4180" }, "/listen"],
    ["nothing for a group", { ...complete, access: null }, "/access"],
    ["false for true", withRule({ deny: false }), "/rules/0/deny"],
    ["another word for allow", withRule({ allow: "everyone" }), "/rules/0/allow"],
    ["a method in lower case", withRule({ methods: "get", deny: true }), "/rules/0/methods"],
    ["a site without its url", { ...complete, sites: [{ providers: "company" }] }, "/sites/0"],
    [
      "an issuer of tokens without audiences",
      withRule({
        bearer: { issuers: [{ issuer: "https://ci.example.com" }] },
      }),
      "/bearer/issuers/0",
    ],
    [
      "a repository without its owner",
      withProvider({ type: "github", repositories: "site" }),
      "/repositories",
    ],
    ["a colour in words", { ...complete, pages: { colour: "blue" } }, "/pages/colour"],
    ["a label of 81 characters", withRule({ label: "x".repeat(81), deny: true }), "/rules/0/label"],
  ];

  it.each(faults)("%s", (_, settings, place) => {
    expect(isAccepted(complete)).toBe(true);
    expect(isAccepted(settings)).toBe(false);
    expect(refusals(settings)).toContainEqual(expect.stringContaining(place));
    expect(refusals(complete)).toEqual([]);
  });
});

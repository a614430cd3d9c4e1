import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ConfigError } from "../../server/config/faults.ts";
import { checkConfig } from "../../server/config/load.ts";
import { testSecret } from "../peers/doorward.ts";
import { troubles } from "../peers/findings.ts";
import { runDoorward } from "../peers/process.ts";
import {
  brokenFiles,
  faultsOfCheck,
  faultsOfCommands,
  faultsOfVariables,
  type Facts,
} from "./fault-facts.ts";
import { faultsOfSettings } from "./fault-facts-of-settings.ts";

const sound = {
  url: "https://auth.example.com",
  secret: testSecret,
  storage: { driver: "memory" },
  providers: { google: { clientId: "id", clientSecret: "shh" } },
  access: { anyone: true },
};

const folder = mkdtempSync(join(tmpdir(), "doorward-facts-"));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, "doorward.json"), JSON.stringify(sound));
for (const [name, text] of Object.entries(brokenFiles)) writeFileSync(join(folder, name), text);

/** The lines that a configuration's faults are printed as, the source first. */
function linesOf(settings: object, environment: Record<string, string> = {}): string[] {
  try {
    checkConfig("doorward.yaml", { ...sound, ...settings }, environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split("\n");
  }
  return [];
}

/** Fails for facts that a message lacks. A value or a fix may not be read out of the place. */
function expectFacts(message: string, { place, values = [], fix }: Facts): void {
  const rest = message.replace(place, "");
  const missing = [
    ...(message.includes(place) ? [] : [place]),
    ...[...values, ...fix].filter((fact) => !isIn(rest, fact)),
  ];
  expect({ message, missing }).toEqual({ message, missing: [] });
}

/** Whole words: `allow` is not in "allowed". */
function isIn(message: string, fact: string): boolean {
  return new RegExp(`(?<![\\w-])${RegExp.escape(fact)}(?!\\w)`).test(message);
}

const tables = [faultsOfSettings, faultsOfVariables, faultsOfCommands, faultsOfCheck];

it.each(tables.flatMap((rows) => rows.map(([name, , facts]) => [name, facts] as const)))(
  "%s has a place and a fix in the table",
  (_, { place, fix }) => {
    expect([place, ...fix].filter((fact) => fact.trim() !== "").length).toBeGreaterThanOrEqual(2);
    expect(fix).not.toContain(place);
  },
);

describe("the message about a setting keeps its facts:", () => {
  it.each(faultsOfSettings)("%s", (_, settings, facts) => {
    const [, message = "", ...more] = linesOf(settings);

    expect(more).toEqual([]);
    expect(message).toMatch(new RegExp(`^ {2}${RegExp.escape(facts.place)}: `));
    expectFacts(message, facts);
  });
});

describe("the message about a variable keeps its facts:", () => {
  it.each(faultsOfVariables)("%s", (_, environment, facts) => {
    const [, message = "", ...more] = linesOf({}, environment);

    expect(more).toEqual([]);
    expect(message).toMatch(new RegExp(`^ {2}${RegExp.escape(facts.place)}: `));
    expectFacts(message, facts);
  });
});

describe("the message about a command line keeps its facts:", () => {
  it.each(faultsOfCommands)("%s", async (_, words, facts) => {
    const { code, stderr } = await runDoorward(words, {}, folder);

    expect(code).toBe(1);
    expectFacts(stderr, facts);
  });
});

describe("the finding of check keeps its facts:", () => {
  it.each(faultsOfCheck)("%s", async (_, settings, facts) => {
    const [finding = "", ...more] = await troubles(settings);

    expect(more).toEqual([]);
    expectFacts(finding, facts);
  });
});

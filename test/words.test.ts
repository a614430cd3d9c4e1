import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root, trackedFiles } from "../docs/source-files.ts";

/** Earlier names, and the name that each concept has now. */
const retired: Readonly<Record<string, string>> = {
  House: "AppContext",
  Door: "SiteContext",
  createHouse: "createAppContext",
  Lasting: "SharedState",
  openLasting: "openSharedState",
  holdStore: "acquireStore",
  Places: "Listeners",
  Relay: "AppSwitch",
  Shift: "ActiveApp",
  Entrance: "SiteEndpoint",
  targetsOf: "endpointsByPath",
  entranceOf: "siteForHost",
  methodsOf: "allowedMethods",
  answerCarried: "answerExtAuthz",
  carriers: "extAuthzSites",
  lateListener: "lazyListener",
  createWhoAsks: "createAuthenticate",
  Answering: "Authentication",
  frugalRequests: "leanRequests",
  handedOver: "isDispatched",
  Generations: "TwoGenerationCache",
  ownText: "copyString",
  isCalled: "equalsIgnoreCase",
  Told: "ForwardedResult",
  strangeHost: "unknownHost",
  Admit: "AuthenticateCredentials",
  Admission: "CredentialResult",
  Bringing: "CredentialRequest",
  rulesAnywhere: "rulesForAnyUrl",
  Circumstances: "RequestFacts",
  circumstances: "facts",
  Shelf: "HostRules",
  shelve: "groupByFirstSegment",
  firsts: "firstSegments",
  patiently: "retry",
  isResting: "isFresh",
  inGrace: "withinGrace",
  marksOf: "subjectRevocationKey",
  sessionMark: "sessionRevocationKey",
  Remembered: "Cached",
  atMost: "limitConcurrency",
  toAskApi: "oauthNeeds",
  toSignIn: "signInNeeds",
  toCheckTokens: "tokenNeeds",
  Describer: "IdentityReader",
  createSendRequest: "createSignInUrlBuilder",
  insist: "requireStepUp",
  eraOf: "dataEpochOf",
  redisDangers: "redisWarnings",
};

/** Words that hide who does what. CONTRIBUTING.md lists them. */
const riddles =
  /\b(nobody|somebody|whoever|anybody|strangers?)\b|is to be had|behind the answer|\bof the day\b|\bis told\b|\bbeneath\b/i;

/** Words by which a document makes a program a person, or its reader guess. Log fields between backticks may have them. */
const unplain =
  /\b(says?|said|tells?|told|hears?|heard|promised|speaks?|believes?|mend|anew|besides?|left out|leaves? out)\b/i;

/** Files that have such words on purpose. */
const exempt = new Map([
  ["CHANGELOG.md", "it tells what was named otherwise"],
  ["CONTRIBUTING.md", "it lists the words"],
  ["test/words.test.ts", "so does this file"],
]);

const files = trackedFiles()
  .filter((file) => /\.(ts|js|md|yaml|yml|json|lua|cfg|conf|sh)$|Caddyfile$|\.caddy$/.test(file))
  .filter((file) => !exempt.has(file) && file !== "package-lock.json");

function linesOf(file: string): string[] {
  return readFileSync(join(root, file), "utf8").split("\n");
}

/** Visitors' pages are written for people who do not know the terms. */
function isVisitorText(file: string, line: string): boolean {
  return /^(server\/pages|demo)\//.test(file) && !/^\s*(\/\/|\/?\*)/.test(line);
}

describe("the words of this repository", () => {
  it("have one name for each concept", () => {
    const names = new RegExp(`(?<![\\w-])(${Object.keys(retired).join("|")})(?![\\w-])`);
    const found = files.flatMap((file) =>
      linesOf(file).flatMap((line, index) => {
        const [, name] = names.exec(line) ?? [];
        return name === undefined ? [] : [`${file}:${index + 1}: ${name} is ${retired[name]} now`];
      }),
    );

    expect(files.length).toBeGreaterThan(500);
    expect(found).toEqual([]);
  });

  it("say who does what", () => {
    const found = files.flatMap((file) =>
      linesOf(file).flatMap((line, index) =>
        riddles.test(line) && !isVisitorText(file, line)
          ? [`${file}:${index + 1}: ${line.trim()}`]
          : [],
      ),
    );

    expect(found).toEqual([]);
  });

  it("are plain in every document", () => {
    const found = files
      .filter((file) => file.endsWith(".md"))
      .flatMap((file) => {
        const prose = readFileSync(join(root, file), "utf8").replaceAll(code, blank);
        const lines = prose.split("\n");
        return lines.flatMap((line, index) => {
          const [word] = unplain.exec(line) ?? [];
          return word === undefined ? [] : [`${file}:${index + 1}: "${word}"`];
        });
      });

    expect(unplain.test("doorward tells the app")).toBe(true);
    expect(found).toEqual([]);
  });
});

/** What stands between backticks, in a block or in a line. */
const code = /```.*?```|`[^`\n]*`/gs;

/** As many lines as before, so that the others keep their numbers. */
function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, "");
}

import { describe, expect, it } from "vitest";
import { complete } from "../fuzz/config-target.ts";
import { isAccepted, refusals } from "./schema-refusals.ts";

type Settings = Record<string, unknown>;

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
      "an issuer of tokens with no audience",
      withRule({
        bearer: { issuers: [{ issuer: "https://ci.example.com", audiences: [] }] },
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

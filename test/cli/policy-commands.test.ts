import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runDoorward } from "../peers/process.ts";
import { testSecret } from "../peers/doorward.ts";

const clientSecret = "the-secret-of-the-client";
const config = {
  url: "https://auth.example.com",
  cookie: { domain: "example.com" },
  secret: testSecret,
  providers: {
    company: { type: "oidc", issuer: "https://id.example.com", clientId: "door", clientSecret },
  },
  access: { domains: ["example.com"] },
  rules: [
    { host: "share.example.com", query: "key=hush-hush", allow: "public" },
    { host: "grafana.example.com", allow: { groups: ["ops"] } },
  ],
};
const environment = { DOORWARD_CONFIG: "doorward.json" };
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "doorward-policy-"));
  const write = (name: string, value: unknown) =>
    writeFileSync(join(folder, name), JSON.stringify(value));
  write("doorward.json", config);
  write("open.json", { ...config, access: { anyone: true } });
  write("broken.json", { ...config, acces: {} });
  const paths = Array.from({ length: 60 }, (_, index) => `/p${index}`);
  write("many.json", { ...config, rules: [{ path: paths, deny: true }] });
  write("cases.json", {
    cases: [{ url: "https://grafana.example.com/", groups: ["ops"], expect: "allow" }],
  });
  write("wrong.json", { cases: [{ url: "https://grafana.example.com/", expect: "allow" }] });
  write("faulty.json", { cases: [{ url: "https://grafana.example.com/", expect: "alow" }] });
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (...words: string[]) => runDoorward(words, environment, folder);

describe("doorward test", () => {
  it.each<[string[], number, string]>([
    [["cases.json"], 0, "1 case, all as expected"],
    [["wrong.json"], 1, "expected allow, and it is challenge by rules.1"],
    [["cases.json", "--coverage"], 1, "UNTESTED rules.0 decides no case"],
    [["faulty.json"], 1, "faulty.json:1: cases.0.expect"],
    [["nowhere.json"], 1, "nowhere.json: ENOENT"],
    [["cases.json", "--proxy", "nginx.conf"], 1, "--proxy needs --coverage"],
    [["cases.json", "--coverage", "--proxy", "nginx.conf"], 1, "nginx.conf"],
    [["cases.json", "--covrage"], 1, 'unknown option "--covrage"'],
    [["cases.json", "more.json"], 1, 'unexpected argument "more.json"'],
    [["cases.json", "--config", "broken.json"], 1, "acces: is unknown: did you mean access?"],
  ])("%j exits with %i and prints %s", async (words, expected, message) => {
    const { code, stdout, stderr } = await run("test", ...words);

    expect(stdout + stderr).toContain(message);
    expect(code).toBe(expected);
  });
});

describe("doorward diff", () => {
  it.each<[string[], number, string]>([
    [["doorward.json", "doorward.json"], 0, "no difference"],
    [["doorward.json", "open.json"], 1, "OPENED deny -> allow"],
    [["doorward.json", "broken.json"], 2, "acces: is unknown"],
    [["nowhere.json", "doorward.json"], 2, "cannot be read"],
    [["doorward.json", "many.json"], 2, "NOT TRIED"],
    [["doorward.json", "doorward.json", "--json"], 2, 'unknown option "--json"'],
  ])("%j exits with %i and prints %s", async (words, expected, message) => {
    const { code, stdout, stderr } = await run("diff", ...words);

    expect(stdout + stderr).toContain(message);
    expect(code).toBe(expected);
    expect(stdout + stderr).not.toContain(clientSecret);
  });
});

describe("doorward explain --json", () => {
  const explained = async (...words: string[]): Promise<unknown> => {
    const { stdout } = await run("explain", ...words, "--json");
    expect(stdout).not.toMatch(/hush|secret/);
    return JSON.parse(stdout);
  };

  it("prints the facts of the text, without the value of a query parameter", async () => {
    const url = "https://grafana.example.com/";

    expect(await explained(url, "--email", "Ada@example.com", "--groups", "dev")).toEqual({
      url,
      site: "https://auth.example.com/",
      identity: { email: "ada@example.com", subject: null, groups: ["dev"], provider: "company" },
      absence: null,
      considered: [
        { rule: "rules.0", match: "no", reason: "host is not share.example.com" },
        { rule: "rules.1", match: "yes", reason: null },
      ],
      resource: null,
      decision: {
        verdict: "deny",
        rule: "rules.1",
        reason: "identity not listed in allow/access",
        gaps: {},
      },
    });
    expect(await explained("https://share.example.com/?key=x")).toMatchObject({
      identity: null,
      considered: [{ rule: "rules.0", match: "no", reason: "query is not key=…" }, { match: "no" }],
      decision: { verdict: "challenge", rule: "access", reason: null },
    });
  });

  it("has null in place of what does not exist, and the gaps of an identity", async () => {
    expect(await explained("https://elsewhere.example/")).toMatchObject({
      site: null,
      identity: null,
      considered: [],
      decision: { verdict: "deny", rule: null },
    });
    expect(
      await explained("https://app.example.com/", "--email", "ada@example.com", "--unverified"),
    ).toMatchObject({
      identity: { email: null },
      decision: { gaps: { noEmail: "ada@example.com does not count: it is not verified" } },
    });
  });
});

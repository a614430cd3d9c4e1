import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { testSecret } from "../peers/doorward.ts";
import { runDoorward, writeConfig } from "../peers/process.ts";
import { fault, tested } from "../tools/cases/cases.ts";

// A green test of rules that are open is worse than no test: a file of cases must not pass by a mistake in it.

const open = "https://app.example.com/public/x";

describe("a mistake in a file of cases", () => {
  it.each<[string, string]>([
    ["a key that is there twice", `cases: [{ url: "${open}", expect: deny, expect: allow }]`],
    ["a list that is there twice", `cases: [{ url: "${open}", expect: deny }]\ncases: []`],
    ["a merged key that hides nothing", `cases: [{ <<: x, url: "${open}", expect: allow }]`],
    ["another word for allow", `cases: [{ url: "${open}", expect: Allow }]`],
    ["a switch in place of a verdict", `cases: [{ url: "${open}", expect: true }]`],
    ["no verdict", `cases: [{ url: "${open}" }]`],
    ["an empty verdict", `cases: [{ url: "${open}", expect: }]`],
    ["a list of verdicts", `cases: [{ url: "${open}", expect: [allow, deny] }]`],
    ["a misspelt rule", `cases: [{ url: "${open}", expect: allow, rules: rules.0 }]`],
    ["a rule by its number", `cases: [{ url: "${open}", expect: allow, rule: 0 }]`],
    ["a rule with a zero in front", `cases: [{ url: "${open}", expect: allow, rule: rules.00 }]`],
    ["a rule that is not there", `cases: [{ url: "${open}", expect: allow, rule: rules.6 }]`],
    ["an empty rule", `cases: [{ url: "${open}", expect: allow, rule: "" }]`],
    ["a reserved name", `cases: [{ url: "${open}", expect: allow, __proto__: { a: 1 } }]`],
    ["a reserved claim", `cases: [{ url: "${open}", expect: allow, claims: { constructor: 1 } }]`],
    ["a tag", `cases: [{ url: !secret "${open}", expect: allow }]`],
    [
      "two addresses",
      `cases: [{ url: "${open}", address: "203.0.113.7, 10.0.0.1", expect: allow }]`,
    ],
    ["a group that is no text", `cases: [{ url: "${open}", groups: [true], expect: allow }]`],
    ["no list", `cases: "all of them"`],
    ["a second document", `cases: [{ url: "${open}", expect: allow }]\n--- {}`],
  ])("is an error: %s", async (_, text) => {
    expect(await fault(text)).toMatch(
      /^cases\.yaml is invalid:\n {2}(cases\.yaml:\d+|contains several)/,
    );
  });
});

describe("a URL that only looks like an open one", () => {
  it.each([
    "https://app.example.com@evil.example/public/x",
    "https://evil.example\\@app.example.com/public/x",
    "https://user:password@app.example.com/public/x",
    "https://app.example.com:0/public/x",
    "https://app.example.com:99999/public/x",
    "https://app_.example.com/public/x",
    "https://app.example.com,evil.example/public/x",
    "https://аpp.example.com/public/x", // a Cyrillic letter
    "https://app。example.com/public/x",
    "https://%61pp.example.com/public/x",
    "https:///public/x",
    "//app.example.com/public/x",
    "HTTPS://app.example.com/public/x",
    "javascript://app.example.com/public/x",
    "https://app.example.com/public/x#y",
    "https://app.example.com/public/x y",
    "https://app.example.com/public\\x",
    "https://app.example.com/public/%",
    "https://app.example.com/public/%0a",
    "https://app.example.com/public/\u0000",
  ])("is an error: %j", async (url) => {
    const text = JSON.stringify({ cases: [{ url, expect: "allow" }] });

    expect(await fault(text, "cases.json")).toMatch(
      /^cases\.json is invalid:\n {2}cases\.json:1: cases\.0\.url: /,
    );
  });

  it.each([
    "https://app.example.com/public/..%2fadmin",
    "https://app.example.com/public/%2e%2e/admin",
    "https://app.example.com/public/../admin",
    "https://app.example.com/public/x;y",
    "https://app.example.com/public/x%00",
    "https://app.example.com/public/x%2f..%2f..",
    "https://app.example.com//public/x",
    "https://app.example.com/Public/x",
    "https://app.example.com/public",
    "https://app.example.com:8443/public/x",
    "https://xapp.example.com/public/x",
    "https://app.example.com.evil.example/public/x",
  ])("never counts as one that the rule opens to everyone: %s", async (url) => {
    const isPublic = url.endsWith("/public");
    const text = JSON.stringify({ cases: [{ url, expect: "allow", rule: "rules.0" }] });

    const { isPassed } = await tested(text, undefined, "cases.json");

    expect(isPassed).toBe(isPublic);
  });

  it.each([
    "https://APP.Example.COM/public/x",
    "https://app.example.com./public/x",
    "https://app.example.com:443/public/x",
  ])("counts as the host that /verify takes it for: %s", async (url) => {
    const text = JSON.stringify({ cases: [{ url, expect: "allow", rule: "rules.0" }] });

    expect((await tested(text, undefined, "cases.json")).isPassed).toBe(true);
  });
});

describe("a person who only looks like one of a list", () => {
  it.each([
    '"email": "ada@example.com.evil.example"',
    '"email": "ada@xexample.com"',
    '"claims": { "sub": "a", "email": "ada@example.com", "email_verified": "true" }',
    '"claims": { "sub": "a", "email": "ada@example.com", "email_verified": 1 }',
    '"claims": { "sub": "a", "email": "ada@example.com@example.com", "email_verified": true }',
    '"subject": "ada@example.com"',
    '"groups": ["example.com"]',
    '"email": "ada@example.com", "provider": "users"',
    '"subject": "ada@example.com", "provider": "users"',
  ])("is not allowed, or is an error: %s", async (person) => {
    const text = `{"cases":[{"url":"https://app.example.com/","expect":"allow",${person}}]}`;

    expect(await fault(text, "cases.json")).toMatch(/is invalid|1 not as expected/);
  });
});

describe("a file of cases that is large", () => {
  it("is refused if it is longer than any table", async () => {
    expect(await fault(`# ${"x".repeat(5 * 1024 * 1024)}`)).toContain("is longer than 4 MiB");
  });

  it("is refused if its aliases stand for more than memory holds", async () => {
    const rows = Array.from(
      { length: 12 },
      (_, index) => `  a${index + 1}: &a${index + 1} [${`*a${index}, `.repeat(9)}]`,
    );
    const bomb = `x:\n  a0: &a0 [1]\n${rows.join("\n")}\ncases: [{ url: "${open}", expect: allow, claims: *a12 }]\n`;

    expect(await fault(bomb)).toContain("is too large with its aliases");
  });

  it("is refused if it nests deeper than the parser can follow", async () => {
    const found = await fault(`cases: ${"[".repeat(50_000)}`);

    expect(found).not.toContain("as expected");
  });

  it(
    "is decided within seconds, with ten thousand cases and paths with many readings",
    { timeout: 60_000 },
    async () => {
      const url = `https://app.example.com/public/${"%252e;x/".repeat(200)}`;
      const text = JSON.stringify({
        cases: Array.from({ length: 2_000 }, () => ({ url, expect: "challenge" })),
      });
      const before = performance.now();

      const { isPassed } = await tested(text, undefined, "cases.json");

      expect(isPassed).toBe(true);
      expect(performance.now() - before).toBeLessThan(50_000);
    },
  );

  it("is refused with more cases than that", async () => {
    const text = JSON.stringify({
      cases: Array.from({ length: 10_001 }, () => ({ url: open, expect: "allow" })),
    });

    expect(await fault(text, "cases.json")).toContain("has more than 10000 cases");
  });
});

describe("a text of a file of cases in the output", () => {
  it("moves no cursor, hides no line and reverses no direction", async () => {
    const odd = "\u001b[2K\rPASSED\u202e\u009b2J\u2028";
    const config = {
      url: "https://auth.example.com",
      secret: testSecret,
      access: { anyone: true },
    };
    const file = await writeConfig({ ...config, providers: { google: { clientId: "x" } } });
    const url = "https://auth.example.com/x";
    const cases = [
      { cases: [{ url, expect: "allow", rule: `rules.0${odd}` }] },
      { cases: [{ url, expect: "challenge", groups: [odd] }] },
    ];

    for (const [index, one] of cases.entries()) {
      const path = join(file.folder, `cases-${index}.json`);
      writeFileSync(path, JSON.stringify(one));
      const { code, stdout, stderr } = await runDoorward(["test", path, "--config", file.path]);

      expect(code).toBe(1);
      expect(stdout + stderr).toContain("2J");
      expect((stdout + stderr).split("\n").join("")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }
    await file.remove();
  });
});

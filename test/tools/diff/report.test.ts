import { describe, expect, it } from "vitest";
import { compareConfigs } from "../../../server/tools/diff/report.ts";
import { configOf } from "../../peers/doorward.ts";

const base = {
  url: "https://auth.example.com",
  cookie: { domain: "example.com" },
  providers: { company: { type: "oidc", issuer: "https://id.example.com", clientId: "door" } },
  access: { domains: ["example.com"] },
};
const folders = { old: ".", new: "." };
const now = 1_800_000_000_000;

function compared(old: Record<string, unknown>, later: Record<string, unknown>) {
  const configs = { old: configOf({ ...base, ...old }), new: configOf({ ...base, ...later }) };
  return compareConfigs(configs, folders, now);
}

const lines = (...both: Parameters<typeof compared>) => compared(...both).lines;

const ops = { host: "grafana.example.com", allow: { groups: ["ops"] } };
const closed = { host: "old.example.com", deny: true };

describe("the differences of two configurations", () => {
  it("name who, where, and the rules that decide, with the openings first", () => {
    const old = { rules: [closed] };
    const later = { rules: [{ ...closed, path: "/a/**" }, ops] };

    expect(lines(old, later)).toEqual([
      "OPENED deny -> allow (old: rules.0, the rule denies every request; new: access)",
      "     who   any address of example.com",
      "     where https://old.example.com/**",
      expect.stringMatching(
        /^ {5}and {3}\d+ more over http, on other ports or in other spellings$/,
      ),
      "     such as GET https://old.example.com/",
      "OPENED deny -> allow (old: access, identity not listed in allow/access; new: rules.1)",
      '     who   group "ops"',
      "     where https://grafana.example.com/**",
      expect.stringContaining("more over http"),
      "     such as GET https://grafana.example.com/",
      "CLOSED allow -> deny (old: access; new: rules.1, identity not listed in allow/access)",
      "     who   any address of example.com",
      "     where https://grafana.example.com/**",
      expect.stringContaining("more over http"),
      "     such as GET https://grafana.example.com/",
      "OTHER  deny -> challenge (old: rules.0, the rule denies every request; new: access)",
      "     who   anyone who is not signed in",
      "     where https://old.example.com/**",
      expect.stringContaining("more over http"),
      "     such as GET https://old.example.com/",
      "4 differences in decisions, of which 2 let more pass",
    ]);
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ["equal rules", { rules: [ops] }, { rules: [ops] }],
    [
      "another order of hosts that do not overlap",
      { rules: [ops, closed] },
      { rules: [closed, ops] },
    ],
    [
      "a rule split into two",
      { rules: [{ ...ops, methods: ["GET", "PUT"] }] },
      {
        rules: [
          { ...ops, methods: "GET" },
          { ...ops, methods: "PUT" },
        ],
      },
    ],
    [
      "a rule behind one that decides everything",
      { rules: [closed] },
      { rules: [closed, { ...closed, path: "/x", methods: ["GET"] }] },
    ],
    ["a label", { rules: [ops] }, { rules: [{ ...ops, label: "Grafana" }] }],
    [
      "a list in another order",
      { access: { domains: ["a.example", "b.example"] } },
      { access: { domains: ["b.example", "a.example"] } },
    ],
    [
      "log and pages",
      {},
      { log: { level: "warn" }, pages: { colour: "#123456" }, listen: { port: 4999 } },
    ],
  ])("are none for %s", (_, old, later) => {
    expect(compared(old, later)).toEqual({
      lines: ["no difference"],
      isSame: true,
      isComplete: true,
    });
  });

  const anyone = { access: { anyone: true } };

  it.each<[string, Record<string, unknown>, Record<string, unknown>, string]>([
    [
      "a subject",
      { rules: [{ ...ops, allow: { subjects: ["a"] } }] },
      { rules: [{ ...ops, allow: { subjects: ["b"] } }] },
      'who   subject "b"',
    ],
    [
      "a claim",
      { rules: [ops] },
      { rules: [{ ...ops, allow: { groups: ["ops"], claims: { level: [1, 2] } } }] },
      "who   claim level 2",
    ],
    [
      "both of two lists",
      { rules: [ops] },
      {
        rules: [{ ...ops, allow: { all: [{ groups: ["dev"] }, { domains: ["*.example.com"] }] } }],
      },
      'who   group "dev" + any address under example.com',
    ],
    ["a verified address", {}, { access: { verified: true } }, "who   any verified address"],
    ["everyone", {}, anyone, "who   anyone signed in"],
    [
      "a fresh sign-in",
      anyone,
      { ...anyone, rules: [{ path: "/pay/**", maxAge: "15m" }] },
      "who   anyone signed in",
    ],
    [
      "the strength of a sign-in",
      { ...anyone, rules: [{ acr: ["a"] }] },
      { ...anyone, rules: [{ acr: ["b"] }] },
      'who   anyone with acr "b"',
    ],
    [
      "an age",
      { ...anyone, rules: [{ maxAge: "15m" }] },
      { ...anyone, rules: [{ maxAge: "1h" }] },
      "who   anyone signed in 60 minutes ago",
    ],
    [
      "a method",
      { rules: [{ methods: ["GET"], allow: "public" }] },
      { rules: [{ methods: ["GET", "PUT"], allow: "public" }] },
      "where PUT https://",
    ],
    [
      "every other method",
      { rules: [{ methods: ["GET"], allow: "public" }] },
      { rules: [{ allow: "public" }] },
      "where (other methods) https://",
    ],
    [
      "a preflight",
      { rules: [{ path: "/api/**", allow: "signed-in" }] },
      { rules: [{ path: "/api/**", allow: "signed-in", preflight: "allow" }] },
      "where (preflight) https://example.com/api/**",
    ],
    ["a query", {}, { rules: [{ query: "share=1", allow: "public" }] }, "/**?share=…"],
    ["any value", {}, { rules: [{ query: "share", allow: "public" }] }, "/**?share=*"],
    [
      "an address",
      {},
      { rules: [{ ip: "203.0.113.0/24", allow: "public" }] },
      "/** from 203.0.113.0",
    ],
    [
      "an address of IPv6",
      {},
      { rules: [{ ip: "2001:db8::/32", allow: "public" }] },
      "/** from 2001:db8::",
    ],
    [
      "an exact path",
      {},
      { rules: [{ exactPath: "/health", allow: "public" }] },
      "where https://example.com/health",
    ],
    [
      "a port",
      {},
      { rules: [{ host: "app.example.com:8443", allow: "public" }] },
      "where https://app.example.com:8443/**",
    ],
    [
      "a wildcard",
      {},
      { rules: [{ host: "*.apps.example.com", allow: "public" }] },
      "where https://*.apps.example.com/**",
    ],
    ["an allowed port", {}, { allowedRedirects: ["app.example.com:3000"] }, "deny -> challenge"],
    [
      "tokens",
      { rules: [ops] },
      { rules: [{ ...ops, bearer: true }] },
      'who   a program with a token: group "ops"',
    ],
    [
      "what a token contains",
      { rules: [{ ...ops, bearer: true }] },
      { rules: [{ ...ops, bearer: { scopes: ["a"] } }] },
      'who   a program with a token: group "ops"',
    ],
    [
      "passwords",
      { users: "u", rules: [{ ...ops, basic: true }] },
      { users: "u", rules: [{ ...ops, allow: "signed-in", basic: true }] },
      "who   a user of the password file",
    ],
    [
      "a host of another domain",
      {},
      {
        url: undefined,
        cookie: undefined,
        sites: [{ url: base.url, cookie: base.cookie }, { url: "https://code.example.org/_auth" }],
      },
      "https://code.example.org/**",
    ],
  ])("show %s", (_, old, later, line) => {
    const found = lines(old, later);

    expect(found.join("\n")).toContain(line);
  });

  it("never contain the value of a query parameter, which may be the secret of a shared link", () => {
    const secret = "h&sh=1 %/é";
    const rules = [
      { query: [`share=${secret}`, "b=hush"], allow: "public" },
      { query: "b=hush", deny: true },
    ];

    const found = lines({}, { rules }).join("\n");

    expect(found).toContain("?share=…");
    expect(found).toMatch(/such as GET \S+\?share=…$/m);
    expect(found).toContain("?b[]=…");
    expect(decodeURIComponent(found.replace(/%(?![\dA-F]{2})/gi, "%25"))).not.toMatch(/sh=1|hush/);
  });

  it("name the provider where only its people fare otherwise", () => {
    const two = { ...base.providers, google: { clientId: "x" } };
    const rule = { ...ops, allow: "signed-in" };

    const found = lines(
      { providers: two, rules: [{ ...rule, provider: "google" }] },
      { providers: two, rules: [rule] },
    );

    expect(found).toContain("     who   anyone signed in (provider company)");
  });

  it.each<[string, Record<string, unknown>, string[], string[], string, string]>([
    [
      "an address that was a proxy's",
      { ip: "10.0.0.0/8", allow: "public" },
      ["127.0.0.1", "10.1.0.0/16"],
      ["127.0.0.1"],
      "OPENED challenge -> allow (old: access; new: rules.0)",
      "     where https://intern.example.com/** from 10.1.0.0",
    ],
    [
      "an address that a new proxy reports",
      { ip: "203.0.113.0/24", allow: "public" },
      ["127.0.0.1"],
      ["127.0.0.1", "10.1.0.0/16"],
      "OPENED challenge -> allow (old: access; new: rules.0)",
      "     where https://intern.example.com/** from 203.0.113.0 through 10.1.0.0",
    ],
    [
      "an address that a rule denied",
      { ip: "10.0.0.0/8", deny: true },
      ["127.0.0.1"],
      ["127.0.0.1", "10.1.0.0/16"],
      "OPENED deny -> allow (old: rules.0, the rule denies every request; new: access)",
      "     where https://intern.example.com/** from 10.1.0.0",
    ],
  ])("show what other trusted proxies open: %s", (_, rule, old, later, change, where) => {
    const rules = [{ host: "intern.example.com", ...rule }];

    const found = lines({ rules, trustedProxies: old }, { rules, trustedProxies: later });

    expect(found[0]).toBe(change);
    expect(found).toContain(where);
    expect(found.join("\n")).toMatch(/^SETTING trustedProxies/m);
  });

  it("show a path that servers read in several ways, if only that changes", () => {
    const open = { path: "/a/**", allow: "public" };
    const found = lines({ rules: [open] }, { rules: [open, { path: "/a/x", deny: true }] });

    expect(found[0]).toBe(
      "CLOSED challenge -> deny (old: access; new: rules.1, the rule denies every request)",
    );
    expect(found).toContain("     where https://auth.example.com/a%2fx");
  });
});

describe("changed settings outside the rules", () => {
  it("are named with their effect, and never with their value", () => {
    const secret = "a-new-secret-9Qw3e7RtY2uIoP5aSdF8gHjKlZxCvBn";
    const { lines: found, isSame } = compared(
      {},
      {
        secret,
        trustedProxies: ["loopback"],
        session: { idle: "2d" },
        headers: { "X-User": "email" },
      },
    );

    expect(isSame).toBe(false);
    expect(found).toEqual([
      "SETTING secret: sessions that no remaining secret decrypts end",
      "SETTING session.idle: sessions last for another time",
      expect.stringMatching(/^SETTING headers\.[^:]*headers\.X-User: apps receive other/),
      expect.stringMatching(/^SETTING trustedProxies: /),
      "no rule decides differently; see the settings above",
    ]);
    expect(found.join()).not.toContain(secret);
  });

  it("do not include the folder of a file", () => {
    const at = (folder: string) =>
      configOf({ ...base, users: `${folder}/users`, rules: [{ ...ops, basic: true }] });
    const configs = { old: at("/etc/one"), new: at("/tmp/two") };

    const { lines: found } = compareConfigs(configs, { old: "/etc/one", new: "/tmp/two" }, now);

    expect(found).toEqual(["no difference"]);
  });
});

describe("a comparison that would take too long", () => {
  it("names lists with more combinations than it tries", () => {
    const groups = (name: string) => Array.from({ length: 13 }, (_, index) => `${name}${index}`);
    const all = ["a", "b", "c"].map((name) => ({ groups: groups(name) }));
    const { lines: found, isComplete } = compared({}, { rules: [{ allow: { all } }] });

    expect(isComplete).toBe(false);
    expect(found.join("\n")).toContain("NOT TRIED https://auth.example.com: combinations of lists");
  });

  it("names what it did not try", () => {
    const paths = Array.from({ length: 60 }, (_, index) => `/p${index}`);
    const { lines: found, isComplete } = compared({}, { rules: [{ path: paths, deny: true }] });

    expect(isComplete).toBe(false);
    expect(found.join("\n")).toContain(
      "NOT TRIED https://auth.example.com: combinations of all paths in one",
    );
  });
});

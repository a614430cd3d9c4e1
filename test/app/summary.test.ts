import { describe, expect, it } from "vitest";
import { summaryOf } from "../../server/app/summary.ts";
import { configOf } from "../peers/doorward.ts";

const google = { clientId: "door" };
const company = { type: "oidc", issuer: "https://id.example.com", clientId: "door" };

/** The sentences about sessions, scopes and proxies, where nothing is set. */
const rest = [
  "A session ends 7 days after the sign-in, or after 1 day without a request; the identity is refreshed every hour where the provider supports that.",
  "Asked at the sign-in: google for openid email profile.",
  "Requests to /verify are accepted from loopback, private.",
];

const cases: [string, Record<string, unknown>, string[]][] = [
  [
    "one site",
    { url: "https://app.example.com/_auth", access: { domains: ["example.com"] } },
    [
      "Sign in at https://app.example.com/_auth with google; the cookie goes to app.example.com only.",
      "Access: addresses at example.com.",
      ...rest,
    ],
  ],
  [
    "a cookie domain, and lists with people, who are counted",
    {
      url: "https://auth.example.com",
      cookie: { domain: "example.com" },
      access: { emails: ["ada@example.com", "eve@example.com"], groups: ["ops"], subjects: ["17"] },
    },
    [
      "Sign in at https://auth.example.com/ with google; the cookie goes to example.com and every host under it.",
      "Access: the group ops, or 2 listed addresses, or one listed subject.",
      ...rest,
    ],
  ],
  [
    "several sites",
    {
      sites: [
        { url: "https://auth.example.com" },
        { url: "https://b.example.org/x", providers: ["company"], access: { anyone: true } },
      ],
      providers: { google, company: { ...company, offlineAccess: true, scope: undefined } },
      access: { all: [{ verified: true }, { groups: ["ops", "dev"] }] },
    },
    [
      "Sign in at https://auth.example.com/ with google or company; the cookie goes to auth.example.com only.",
      "Access there: everyone who meets each of (everyone with a verified address; the groups ops, dev).",
      "Sign in at https://b.example.org/x with company; the cookie goes to b.example.org only.",
      "Access there: everyone who can sign in.",
      rest[0] ?? "",
      "Asked at the sign-in: google for openid email profile; company for openid email profile offline_access.",
      rest[2] ?? "",
    ],
  ],
  [
    "the host of each request",
    {
      url: "https://{host}/_auth",
      hosts: ["example.com", "example.org"],
      providers: { company },
      access: { anyone: true },
      session: { lifetime: "12h", idle: "90m", refresh: "5m" },
      trustedProxies: "anyone",
    },
    [
      "Sign in at https://{host}/_auth on example.com, example.org and every host under it with company; the cookie goes to the host of the sign-in only.",
      "Access: everyone who can sign in.",
      "A session ends 12 hours after the sign-in, or after 90 minutes without a request; the identity is refreshed every 5 minutes where the provider supports that.",
      "Asked at the sign-in: company for openid email profile (and offline_access if the issuer offers it).",
      "Requests to /verify are accepted from every client.",
    ],
  ],
  [
    "rules, bearer tokens and passwords",
    {
      url: "https://auth.example.com",
      cookie: { domain: "example.com" },
      users: "users",
      rules: [
        { host: "status.example.com", allow: "public" },
        { host: "app.example.com", path: "/public/**", methods: ["GET", "HEAD"], allow: "public" },
        { path: "/healthz", ip: "203.0.113.0/24", allow: "public" },
        { host: "grafana.example.com", allow: { groups: ["ops"] } },
        { host: "pay.example.com", maxAge: "15m" },
        { host: "api.example.com", preflight: "allow", bearer: true },
        { host: "files.example.com", basic: true, provider: "users", allow: "signed-in" },
        { host: "old.example.com", deny: true },
      ],
    },
    [
      "Sign in at https://auth.example.com/ with google; the cookie goes to example.com and every host under it.",
      "Access where no rule decides: no one.",
      "Denied: old.example.com.",
      "Public, without a sign-in: status.example.com, app.example.com /public/** (GET, HEAD), any host /healthz (from 203.0.113.0/24).",
      "Open to everyone who can sign in: files.example.com (signed in by users), where no earlier rule decides.",
      "Access by rules: grafana.example.com for the group ops.",
      "A recent or stronger sign-in is required: pay.example.com.",
      "CORS preflights pass: api.example.com.",
      "Access tokens are accepted: api.example.com.",
      "Passwords of `users` are accepted: files.example.com (signed in by users).",
      ...rest,
    ],
  ],
];

describe("the summary of a configuration", () => {
  it.each(cases)("tells what it means: %s", (_, settings, sentences) => {
    const config = configOf({ providers: { google }, ...settings });

    expect(summaryOf(config)).toBe(sentences.join(" "));
  });

  it("names the parameter of a query, and not its value, which may be a secret", () => {
    const rules = [{ path: "/share", query: ["token=S3CR3T", "preview"], allow: "public" }];
    const config = configOf({ url: "https://auth.example.com", providers: { google }, rules });

    expect(summaryOf(config)).toContain("any host /share (query token or preview).");
    expect(summaryOf(config)).not.toContain("S3CR3T");
  });

  it("counts the rules beyond the first few", () => {
    const rules = Array.from({ length: 40 }, (_, index) => ({
      host: `app-${index}.example.com`,
      deny: true,
    }));
    const config = configOf({ url: "https://auth.example.com", providers: { google }, rules });

    expect(summaryOf(config)).toContain("app-3.example.com, app-4.example.com and 35 more.");
  });

  it.each([
    ["public", "Public, without a sign-in"],
    ["signed-in", "Open to everyone who can sign in"],
    [{ verified: true }, "Access by rules"],
  ])("names every place that is open, and each of its hosts: %j", (allow, words) => {
    const names = (prefix: string) =>
      Array.from({ length: 9 }, (_, index) => `${prefix}-${index}.example.com`);
    const rules = [
      ...names("closed").map((host) => ({ host, allow: { groups: ["ops"] } })),
      ...names("one").map((host) => ({ host, allow })),
      { host: names("many"), path: names("path").map((name) => `/${name}`), allow },
    ];
    const config = configOf({ url: "https://auth.example.com", providers: { google }, rules });

    const sentence =
      summaryOf(config)
        .split(`${words}: `)[1]
        ?.split(/\. (?=[A-Z])/)[0] ?? "";

    expect(sentence.match(/(one|many|path)-\d/g)).toHaveLength(27);
    expect(sentence).toMatch(/, where no earlier rule decides$/);
  });

  it("names every site with open access, and counts the others", () => {
    const sites = Array.from({ length: 20 }, (_, index) => ({
      url: `https://site-${index}.example.com`,
      access: index % 2 === 1 ? { anyone: true } : { groups: ["ops"] },
    }));

    const summary = summaryOf(configOf({ providers: { google }, sites }));

    expect(summary.match(/Sign in at https:\/\/site-\d*[13579]\.example/g)).toHaveLength(10);
    expect(summary).toContain("And 7 more sites.");
  });

  it("stays short with many sites, providers, groups and hosts", () => {
    const names = Array.from({ length: 300 }, (_, index) => `name-${index}`);
    const config = configOf({
      sites: names.map((name) => ({ url: `https://${name}.example.com` })),
      providers: Object.fromEntries(names.map((name) => [name, company])),
      access: { groups: names, all: names.map((name) => ({ groups: [name] })) },
      rules: [{ host: names.map((name) => `${name}.example.com`), provider: names, deny: true }],
    });

    const summary = summaryOf(config);

    expect(summary).toContain("And 295 more sites.");
    expect(summary.length).toBeLessThan(3_000);
  });
});

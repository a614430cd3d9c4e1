import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { explain } from "../../server/cli/explain.ts";
import { configOf, startDoorward } from "../peers/doorward.ts";

const config = configOf({
  sites: [
    { url: "https://auth.example.com", cookie: { domain: "example.com" } },
    { url: "https://code.example.org/oauth2" },
    { url: "https://{host}/_auth", hosts: ["example.net"] },
  ],
  providers: {
    google: { clientId: "x" },
    company: { type: "oidc", issuer: "https://id.example.com", clientId: "x" },
    trusting: {
      type: "oidc",
      issuer: "https://two.example.com",
      clientId: "x",
      trustEmail: "always",
    },
    github: { clientId: "x", clientSecret: "s" },
  },
  access: { domains: ["example.com"] },
  rules: [
    { host: "old.example.com", deny: true },
    { path: "/public/**", methods: ["GET"], allow: "public" },
    { path: "/admin/**", allow: { groups: ["ops"] } },
    { ip: "203.0.113.0/24", allow: "public" },
  ],
});

type Visitor = Parameters<typeof explain>[2];

function lines(url: string, visitor: Visitor = {}, of = config): Promise<string[]> {
  return explain(of, url, visitor, 0);
}

/** A file of claims. */
function write(claims: unknown): string {
  const file = join(mkdtempSync(join(tmpdir(), "doorward-claims-")), "claims.json");
  writeFileSync(file, JSON.stringify(claims));
  return file;
}

describe("explain", () => {
  it("prints site, identity, why each earlier rule did not match, and the decision", async () => {
    expect(
      await lines("https://app.example.com/admin/x", { email: "Ada@example.com", groups: "staff" }),
    ).toEqual([
      "site: https://auth.example.com/",
      "identity: ada@example.com, groups [staff], signed in by google",
      "rules.0: no, host is not old.example.com",
      "rules.1: no, path is not /public/**",
      "rules.2: matches",
      "deny by rules.2: identity not listed in allow/access",
    ]);
  });

  it.each<[string, Visitor, string]>([
    ["https://app.example.com/public/x", {}, "allow by rules.1"],
    ["https://app.example.com/public/x", { method: "POST" }, "challenge by access"],
    [
      "https://app.example.com/public/..%2fadmin/x",
      { email: "ada@example.com" },
      "deny by rules.2: identity not listed in allow/access",
    ],
    ["https://app.example.com/x", { email: "ada@example.com" }, "allow by access"],
    [
      "https://app.example.com/x",
      { email: "eve@example.net" },
      "deny by access: identity not listed in allow/access",
    ],
    ["https://app.example.com/x", { ip: "203.0.113.9" }, "allow by rules.3"],
    ["https://old.example.com/", {}, "deny by rules.0: the rule denies every request"],
    [
      "https://code.example.org/x",
      { groups: "" },
      "deny by access: identity not listed in allow/access",
    ],
    [
      "https://elsewhere.example/x",
      {},
      "deny: set cookie.domain (or hosts, if url has {host}), or give the host a site",
    ],
  ])("ends the explanation of %s with %j: %s", async (url, visitor, end) => {
    expect((await lines(url, visitor)).at(-1)).toBe(end);
  });

  it.each<[string, Visitor, string]>([
    ["https://app.example.com/#x", {}, "the URI is not a path"],
    ["/public", {}, "not absolute"],
    ["https://app.example.com/", { provider: "gogle" }, "configured: google, company"],
    ["https://app.example.com/", { email: "ada" }, "not an email address"],
    ["https://app.example.com/", { unverified: true }, "--unverified needs --email"],
    ["https://app.example.com/", { claims: "/nowhere.json" }, "--claims /nowhere.json: ENOENT"],
    ["https://app.example.com/", { claims: write([]) }, "contains no JSON object"],
    [
      "https://app.example.com/",
      { claims: write({ sub: "1" }), email: "ada@example.com" },
      "--claims replaces --email",
    ],
    ["https://app.example.com/", { claims: write({}) }, "contains no subject"],
    [
      "https://app.example.com/",
      { claims: write({ sub: "1" }), provider: "github" },
      "--claims is for providers of OpenID Connect, and github is not one",
    ],
  ])("rejects %s with %j: %s", async (url, visitor, reason) => {
    await expect(lines(url, visitor)).rejects.toThrow(reason);
  });

  it("names the site at the host of the URL, if it has the host of each request", async () => {
    expect((await lines("https://a.b.example.net/x"))[0]).toBe(
      "site: https://a.b.example.net/_auth",
    );
  });

  it("reports a rule that may match", async () => {
    expect(await lines("https://app.example.com/x/..%2fadmin")).toContainEqual(
      expect.stringContaining("rules.2: may match"),
    );
  });

  const app = "https://app.example.com/x";
  const ada = { sub: "1", email: "Ada@example.com", groups: ["staff"] };

  it.each<[string, Visitor, string[]]>([
    [
      "an address that is not verified",
      { email: "ada@example.com", unverified: true },
      [
        "noEmail: ada@example.com does not count: it is not verified",
        "deny by access: identity not listed in allow/access",
      ],
    ],
    [
      "an address that is not verified, where every address counts",
      { email: "ada@example.com", unverified: true, provider: "trusting" },
      ["allow by access"],
    ],
    [
      "claims with a verified address",
      { claims: write({ ...ada, email_verified: true }), provider: "company" },
      ["allow by access"],
    ],
    [
      "claims without email_verified",
      { claims: write(ada), provider: "company" },
      [
        "noEmail: email in the token does not count: email_verified there is absent, not true",
        "deny by access: identity not listed in allow/access",
      ],
    ],
    [
      "claims of a provider whose addresses all count",
      { claims: write({ ...ada, email_verified: false }), provider: "trusting" },
      ["allow by access"],
    ],
  ])("ends with what decides about %s", async (_, visitor, end) => {
    expect((await lines(app, visitor)).slice(-end.length)).toEqual(end);
  });

  it("reads groups from the claims, and names the missing ones", async () => {
    const admin = "https://app.example.com/admin/x";
    const named = { provider: "company", claims: write({ ...ada, groups: ["ops"] }) };
    const none = { provider: "company", claims: write({ sub: "1" }) };

    expect((await lines(admin, named)).at(-1)).toBe("allow by rules.2");
    expect(await lines(admin, none)).toContainEqual(expect.stringMatching(/^noGroups: groups /));
  });

  it("names the rule as the log does", async () => {
    const doorward = await startDoorward(config);
    const headers = {
      "X-Forwarded-Method": "GET",
      "X-Forwarded-Proto": "https",
      "X-Forwarded-Host": "old.example.com",
      "X-Forwarded-Uri": "/",
    };

    await fetch(`http://127.0.0.1:${doorward.port}/verify`, { headers });
    await doorward.close();

    const named = doorward.events.flatMap(({ rule }) => rule ?? []);
    const [, explained] =
      /by (\S+):/.exec((await lines("https://old.example.com/")).at(-1) ?? "") ?? [];
    expect(named).toEqual([explained]);
  });
});

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { explain, explanationLines } from "../../../server/tools/policy/explain.ts";
import { configOf, startDoorward } from "../../peers/doorward.ts";

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

const tenant = "11111111-2222-3333-4444-555555555555";

type Visitor = Parameters<typeof explain>[2];

async function lines(url: string, visitor: Visitor = {}, of = config): Promise<string[]> {
  return explanationLines(await explain(of, url, visitor, 0));
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

  const narrow = configOf({
    sites: [
      {
        url: "https://auth.example.com",
        cookie: { domain: "example.com" },
        providers: ["tenants"],
      },
    ],
    providers: {
      google: { clientId: "x" },
      tenants: {
        type: "entra-id",
        clientId: "x",
        issuer: "https://login.microsoftonline.com/organizations/v2.0",
        tenants: [tenant],
      },
    },
    access: { anyone: true },
    rules: [{ path: "/public/**", allow: "public" }],
  });

  it("assumes the first provider that the site offers, and no session of another", async () => {
    const google = { email: "ada@example.com", provider: "google" };

    expect(await lines(app, { email: "ada@example.com" }, narrow)).toContain(
      "identity: ada@example.com, groups [], signed in by tenants",
    );
    expect(await lines(app, google, narrow)).toEqual(
      expect.arrayContaining([
        "identity: not signed in: this site does not offer google",
        "challenge by access: this site does not offer google",
      ]),
    );
    expect((await lines("https://app.example.com/public/x", google, narrow)).at(-1)).toBe(
      "allow by rules.0",
    );
  });

  const issuerOf = (id: string) => `https://login.microsoftonline.com/${id}/v2.0`;
  const other = "99999999-2222-3333-4444-555555555555";

  it.each<[Record<string, unknown>, string]>([
    [{ iss: issuerOf(other), tid: other }, "whose tenant is not listed in `tenants`"],
    [{ tid: other }, "whose tenant is not listed in `tenants`"],
    [{ iss: issuerOf(tenant), tid: other }, "has a tenant id (tid) that does not match its issuer"],
    [{ iss: "https://evil.example" }, "has the issuer https://evil.example"],
  ])(
    "rejects the claims of an ID token that a sign-in would reject: %j",
    async (claims, reason) => {
      const file = write({ ...ada, ...claims });

      await expect(lines(app, { claims: file }, narrow)).rejects.toThrow(reason);
    },
  );

  it("accepts the claims of a listed tenant, and rejects another issuer than the provider's", async () => {
    const listed = { claims: write({ ...ada, iss: issuerOf(tenant), tid: tenant }) };
    const foreign = { claims: write({ ...ada, iss: "https://x.example" }), provider: "company" };

    expect((await lines(app, listed, narrow)).at(-1)).toBe("allow by access");
    await expect(lines(app, foreign)).rejects.toThrow(
      "the ID token has the issuer https://x.example, not https://id.example.com",
    );
  });

  describe("with a user of the password file", () => {
    const passwords = configOf({
      sites: [{ url: "https://auth.example.com", cookie: { domain: "example.com" } }],
      providers: { google: { clientId: "x" } },
      users: "users",
      access: { anyone: true },
      rules: [
        { path: "/files/**", basic: true, provider: "users", allow: "signed-in" },
        { path: "/closed/**", allow: "signed-in" },
      ],
    });

    it.each([
      ["/files/x", "allow by rules.0"],
      ["/closed/x", "challenge by rules.1: no rule accepts a password of `users` here"],
      ["/x", "challenge by access: no rule accepts a password of `users` here"],
    ])("accepts it only where each rule does: %s", async (path, end) => {
      const found = await lines(
        `https://app.example.com${path}`,
        { provider: "users", subject: "ada" },
        passwords,
      );

      expect(found.at(-1)).toBe(end);
    });

    it.each([{ email: "ada@example.com" }, { groups: "ops" }])("rejects %j", async (options) => {
      await expect(lines(app, { provider: "users", ...options }, passwords)).rejects.toThrow(
        "a user of the password file has only a name: use --subject",
      );
    });
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

import { describe, expect, it } from "vitest";
import { explain } from "../../server/cli/explain.ts";
import { configOf } from "../peers/doorward.ts";

const config = configOf({
  sites: [
    { url: "https://auth.example.com", cookie: { domain: "example.com" } },
    { url: "https://code.example.org/oauth2" },
    { url: "https://{host}/_auth", hosts: ["example.net"] },
  ],
  providers: { google: { clientId: "x" } },
  access: { domains: ["example.com"] },
  rules: [
    { host: "old.example.com", deny: true },
    { path: "/public/**", methods: ["GET"], allow: "public" },
    { path: "/admin/**", allow: { groups: ["ops"] } },
    { ip: "203.0.113.0/24", allow: "public" },
  ],
});

function lines(url: string, visitor: Parameters<typeof explain>[2] = {}): string[] {
  return explain(config, url, visitor, 0);
}

describe("explain", () => {
  it("prints site, identity, why each earlier rule did not match, and the decision", () => {
    expect(
      lines("https://app.example.com/admin/x", { email: "Ada@example.com", groups: "staff" }),
    ).toEqual([
      "site: https://auth.example.com/",
      "identity: ada@example.com, groups [staff], signed in by google",
      "rules.0: no, host is not old.example.com",
      "rules.1: no, path is not /public/**",
      "rules.2: matches",
      "deny by rules.2: identity not listed in allow/access",
    ]);
  });

  it.each<[string, Parameters<typeof explain>[2], string]>([
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
  ])("ends the explanation of %s with %j: %s", (url, visitor, end) => {
    expect(lines(url, visitor).at(-1)).toBe(end);
  });

  it.each<[string, Parameters<typeof explain>[2], string]>([
    ["https://app.example.com/#x", {}, "the URI is not a path"],
    ["/public", {}, "not absolute"],
    ["https://app.example.com/", { provider: "gogle" }, "configured: google"],
    ["https://app.example.com/", { email: "ada" }, "not an email address"],
  ])("rejects %s with %j: %s", (url, visitor, reason) => {
    expect(() => lines(url, visitor)).toThrow(reason);
  });

  it("names the site at the host of the URL, if it has the host of each request", () => {
    expect(lines("https://a.b.example.net/x")[0]).toBe("site: https://a.b.example.net/_auth");
  });

  it("reports a rule that may match", () => {
    expect(lines("https://app.example.com/x/..%2fadmin")).toContainEqual(
      expect.stringContaining("rules.2: may match"),
    );
  });
});

import { describe, expect, it } from "vitest";
import { troubles } from "../peers/findings.ts";

const client = { clientId: "door", clientSecret: "x".repeat(20) };
const nowhere = "http://127.0.0.1:1";
const github = { type: "github", issuer: nowhere, ...client };
const company = { type: "oidc", issuer: nowhere, ...client };
const withoutGroups = { type: "login.gov", issuer: nowhere, ...client };
const both = { providers: { github, company } };
const apart = {
  url: undefined,
  sites: [
    { url: "https://one.example.com", providers: "github" },
    { url: "https://two.example.com", providers: "company" },
  ],
};

describe("a group", () => {
  it.each<[string, Record<string, unknown>, string]>([
    [
      "in access",
      { ...both, access: { groups: ["ops", "staff"] } },
      'warning access.groups: "ops", "staff" may come from github or company, and anyone who can create a group of that name at one of them gets access: name it in a rule with `provider` instead, or give the site `providers`',
    ],
    [
      "in a site's access",
      {
        ...both,
        url: undefined,
        sites: [{ url: "https://one.example.com", access: { groups: ["ops"] } }],
      },
      'warning sites.0.access.groups: "ops" may come from github or company',
    ],
    [
      "in a rule",
      { ...both, rules: [{ path: "/ops/**", allow: { groups: ["ops"] } }] },
      'warning rules.0.allow.groups: "ops" may come from github or company',
    ],
    [
      "in a rule for both",
      {
        ...both,
        rules: [{ path: "/**", provider: ["github", "company"], allow: { groups: ["ops"] } }],
      },
      "warning rules.0.allow.groups",
    ],
    [
      "in access of sites with one provider each",
      { ...both, ...apart, access: { groups: ["ops"] } },
      "warning access.groups",
    ],
  ])("%s that several providers may send is reported with the fix", async (_, settings, line) => {
    const found = await troubles(settings);

    expect(found).toEqual([expect.stringContaining(line)]);
  });

  it.each<[string, Record<string, unknown>]>([
    ["of the only provider", { providers: { company }, access: { groups: ["ops"] } }],
    [
      "of the only provider that has groups",
      { providers: { company, gov: withoutGroups }, access: { groups: ["ops"] } },
    ],
    [
      "with Google without its directory as the second provider",
      {
        providers: { company, google: { ...client, issuer: nowhere } },
        access: { groups: ["ops"] },
      },
    ],
    [
      "in a rule with a provider",
      { ...both, rules: [{ path: "/**", provider: "company", allow: { groups: ["ops"] } }] },
    ],
    [
      "in rules with a provider each, and no access",
      {
        ...both,
        access: undefined,
        rules: [
          { provider: "company", allow: { groups: ["ops"] } },
          { provider: "github", allow: { groups: ["example-org"] } },
        ],
      },
    ],
    [
      "in a rule for a site with one provider",
      { ...both, ...apart, rules: [{ host: "one.example.com", allow: { groups: ["ops"] } }] },
    ],
  ])("%s is ok", async (_, settings) => {
    expect(await troubles(settings)).toEqual([]);
  });
});

describe("a subject", () => {
  it("that several providers may send is reported, with or without groups", async () => {
    const providers = { company, gov: withoutGroups };

    const found = await troubles({ providers, access: { subjects: ["42"] } });

    expect(found).toEqual([
      expect.stringContaining(
        'warning access.subjects: "42" may come from company or gov, and it is a different person at each of them',
      ),
    ]);
  });
});

import { describe, expect, it } from "vitest";
import { configOf } from "../peers/doorward.ts";

const company = { type: "oidc", issuer: "https://id.example.com", clientId: "door" };
const surroundings = { url: "https://auth.example.com", access: { anyone: true } };

function faultsOf(provider: object, rules: object[] = []): string {
  try {
    configOf({ ...surroundings, rules, providers: { company: { ...company, ...provider } } });
  } catch (error) {
    return String(error);
  }
  return "";
}

describe("groupsClaim", () => {
  it.each([
    "groups",
    "groups[]",
    "groups[][]",
    "groups[].name",
    "orgs[].teams[].slug",
    "resource_access.grafana.roles",
    "https://example.com/groups",
    "https://example.com/groups[].name",
    "cognito:groups",
    "urn:zitadel:iam:org:project:roles",
    "my groups",
  ])("may be %s", (groupsClaim) => {
    expect(faultsOf({ groupsClaim })).toBe("");
  });

  it.each([
    "groups[0]",
    "groups[0].name",
    "groups[*].name",
    "$.groups[*]",
    "groups['name']",
    "groups[]name",
    "groups[].",
    "groups[]..name",
    "groups.[].name",
    "groups[].[].name",
    "[].name",
    "[]",
    "groups[",
    "groups]",
    "groups][",
  ])("is refused with the mend if it is %s", (groupsClaim) => {
    const mend =
      "write [] after the key of a list to read each of its entries, such as groups[].name";
    const issuers = [{ issuer: "https://ci.example.com", audiences: ["x"], groupsClaim }];

    expect(faultsOf({ groupsClaim })).toContain(mend);
    expect(faultsOf({ groupsClaim })).toContain("providers.company.groupsClaim");
    expect(faultsOf({}, [{ host: "a.example.com", bearer: { issuers } }])).toContain(mend);
  });
});

describe("groupsFrom", () => {
  it.each(["either", "both"])("may be %s", (groupsFrom) => {
    expect(faultsOf({ groupsFrom })).toBe("");
  });

  it("is one of the two", () => {
    expect(faultsOf({ groupsFrom: "userinfo" })).toContain("providers.company.groupsFrom");
  });

  it.each(["github", "apple"])("both has no effect at %s", (type) => {
    const { issuer: _, ...rest } = company;
    const key = { clientKeyFile: "key.p8", clientKeyId: "one", clientTeamId: "team" };
    const own = type === "apple" ? key : { clientSecret: "s" };
    const providers = { company: { ...rest, type, ...own, groupsFrom: "both" } };

    expect(() => configOf({ ...surroundings, providers })).toThrow(
      `"both" has no effect on a provider of type ${type}`,
    );
  });
});

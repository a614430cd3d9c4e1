import { describe, expect, it } from "vitest";
import { google } from "../../providers/google.ts";
import { identify as identifyPerson } from "../../providers/openid.ts";
import type { Options } from "../../providers/provider.ts";
import type { Claims } from "../../providers/claims.ts";
import { providers } from "../../providers/registry.ts";

const usual: Options = {
  emailClaim: "email",
  groupsClaim: "groups",
  usernameClaim: "preferred_username",
  trustEmail: false,
  repositories: [],
  projects: [],
  directory: undefined,
};

function identify(idToken: Claims, userinfo?: Claims, names: Partial<Options> = {}) {
  return identifyPerson({ idToken: { sub: "s-1", ...idToken }, userinfo }, { ...usual, ...names });
}

describe("every provider", () => {
  it.each([...providers])(
    "%s is found by its kind and requests openid unless it is OAuth 2.0 only",
    (kind, provider) => {
      expect(provider.kind).toBe(kind);
      expect(provider.label).not.toBe("");
      expect(provider.scope.split(" ").includes("openid")).toBe(!provider.isOAuthOnly);
    },
  );
});

describe("google", () => {
  it("has one issuer, and a prompt for choosing an account", () => {
    expect(google).toMatchObject({
      issuer: "https://accounts.google.com",
      accountPrompt: "select_account",
    });
  });
});

describe("an email address", () => {
  const ada = "ada@example.com";

  it.each<[unknown, string | undefined]>([
    [true, ada],
    [false, undefined],
    ["true", undefined],
    ["false", undefined],
    [1, undefined],
    [null, undefined],
    [undefined, undefined],
  ])("with email_verified %j is %s", (verified, email) => {
    expect(identify({ email: ada, email_verified: verified }).email).toBe(email);
  });

  it("without email_verified is accepted with trustEmail", () => {
    expect(identify({ email: ada }, undefined, { trustEmail: true }).email).toBe(ada);
  });

  it.each([false, "false", null, 0])(
    "with email_verified %j is rejected despite trustEmail",
    (verified) => {
      const trust = { trustEmail: true };

      expect(
        identify({ email: ada, email_verified: verified }, undefined, trust).email,
      ).toBeUndefined();
      expect(identify({ email: ada }, { email_verified: verified }, trust).email).toBeUndefined();
    },
  );

  it("is verified only by the source that contains it", () => {
    const other = { email: "eve@example.com", email_verified: true };

    expect(identify({ email: ada }, { email_verified: true }).email).toBeUndefined();
    expect(identify({ email: ada, email_verified: false }, other).email).toBe("eve@example.com");
    expect(identify({ email_verified: true }, { email: ada }).email).toBeUndefined();
    expect(identify({}, { email: ada, email_verified: true }).email).toBe(ada);
  });

  it("of another claim is not verified by the email_verified of `email`", () => {
    const claims = { email: "eve@elsewhere.example", email_verified: true, upn: ada };

    expect(identify(claims, undefined, { emailClaim: "upn" }).email).toBeUndefined();
    expect(
      identify({ upn: ada, email_verified: true }, undefined, { emailClaim: "upn" }).email,
    ).toBe(ada);
  });

  it.each([[["a@example.com"]], [{}], [7], [""]])("that is %j is ignored", (email) => {
    expect(identify({ email, email_verified: true }).email).toBeUndefined();
  });
});

describe("groups", () => {
  it.each<[unknown, string[]]>([
    [
      ["staff", "ops"],
      ["staff", "ops"],
    ],
    ["admins", ["admins"]],
    ["staff,admins", ["staff,admins"]],
    [["ADMINS"], ["ADMINS"]],
    [["admins "], ["admins "]],
    [[["admins"]], []],
    [[{ name: "admins" }], []],
    [{ admins: true }, []],
    [[null, 1, "", "ops"], ["ops"]],
    [undefined, []],
  ])("%j are read as %j", (groups, read) => {
    expect(identify({ groups }).groups).toEqual(read);
  });

  it.each<[string, Claims, string[]]>([
    ["cognito:groups", { "cognito:groups": ["a"] }, ["a"]],
    ["https://example.com/roles", { "https://example.com/roles": ["a"] }, ["a"]],
    ["resource_access.grafana.roles", { resource_access: { grafana: { roles: ["a"] } } }, ["a"]],
    ["a.b.c", { "a.b": { c: ["a"] } }, ["a"]],
    ["__proto__.groups", {}, []],
    ["constructor.name", {}, []],
    ["toString", {}, []],
  ])("are read from the claim %s", (path, claims, read) => {
    expect(identify(claims, undefined, { groupsClaim: path }).groups).toEqual(read);
  });

  it("come from the ID token if it has them, else from userinfo", () => {
    expect(identify({ groups: ["a"] }, { groups: ["b"] }).groups).toEqual(["a"]);
    expect(identify({}, { groups: ["b"] }).groups).toEqual(["b"]);
  });
});

import { describe, expect, it } from "vitest";
import { oidc } from "../../providers/oidc.ts";
import { isMet } from "../../server/identity/step-up.ts";
import type { Claims } from "../../providers/claims.ts";
import { identityOf } from "../../server/sign-in/identity-of.ts";
import { noApi } from "../../server/sign-in/provider-api.ts";

const minute = 60_000;
const noon = Date.UTC(2026, 0, 1, 12);
const settings = {
  emailClaim: "email",
  groupsClaim: "groups",
  usernameClaim: "name",
  trustEmail: false,
};

describe("a fresh sign-in", () => {
  it.each<[unknown, boolean]>([
    [noon / 1000, true],
    [noon / 1000 - 15 * 60, true],
    [noon / 1000 - 16 * 60, false],
    [noon / 1000 + 20, true],
    [noon / 1000 + 60, false], // in the future, it would be fresh for ever
    [noon, false], // milliseconds
    [String(noon / 1000), false],
    [null, false],
    [undefined, false],
  ])("with auth_time %j: %s", (authTime, isFresh) => {
    expect(isMet({ maxAgeMs: 15 * minute, acr: undefined }, { auth_time: authTime }, noon)).toBe(
      isFresh,
    );
  });
});

describe("acr, amr and auth_time", () => {
  it("are read from the signed ID token only", async () => {
    const party = { name: "company", issuer: "https://id.example.com", provider: oidc, settings };
    const userinfo = { sub: "ada", acr: "mfa", auth_time: 1, amr: ["hw"], department: "eng" };
    const read = (idToken: Claims) => identityOf(party, { idToken, userinfo }, { api: noApi });

    const unsigned = await read({ sub: "ada" });
    const signed = await read({ sub: "ada", acr: "pwd" });

    expect(unsigned.claims).toEqual({ sub: "ada", department: "eng" });
    expect(signed.claims).toMatchObject({ acr: "pwd" });
  });
});

import { describe, expect, it } from "vitest";
import type { Claims } from "../../providers/claims.ts";
import { verifiedEmail } from "../../providers/verified-email.ts";

const email = "ada@example.com";

interface Trust {
  readonly emailClaim?: string;
  readonly trustEmail?: boolean | "always";
}

function read(
  idToken: Claims,
  userinfo?: Claims,
  { emailClaim = "email", trustEmail = false }: Trust = {},
) {
  const others = { groupsClaim: "groups", usernameClaim: "name", repositories: [], projects: [] };
  const options = { ...others, directory: undefined, emailClaim, trustEmail };
  return verifiedEmail({ idToken, userinfo }, options);
}

describe("an address that does not count", () => {
  it.each<[unknown, string]>([
    [false, "false"],
    ["true", 'the string "true"'],
    ["False", 'the string "False"'],
    ["yes", 'the string "yes"'],
    [1, "the number 1"],
    [0, "the number 0"],
    [7, "a number"],
    [null, "null"],
    [undefined, "absent"],
    ["", "an empty string"],
    ["ada@example.com", "a string"],
    [[true], "a list of booleans"],
    [{ value: true }, "an object"],
  ])("is named with the form of email_verified: %j is %s", (verified, form) => {
    const claims = { email, ...(verified !== undefined && { email_verified: verified }) };

    expect(read(claims)).toEqual({
      email: undefined,
      gap: `email in the token does not count: email_verified there is ${form}, not true`,
    });
  });

  it.each<[string, Parameters<typeof read>, string]>([
    ["absent", [{}], "email is absent in the token (userinfo was not read)"],
    ["absent at both", [{}, { sub: "ada" }], "email is absent in the token and userinfo"],
    ["a list", [{ email: [email] }], "email in the token is a list of strings, not an address"],
    [
      "in one response, and its flag in the other",
      [{ email }, { email_verified: true }],
      "email in the token does not count: email_verified there is absent, not true",
    ],
    [
      "unverified at both",
      [{ email, email_verified: false }, { email }],
      "email in the token does not count: email_verified there is false, not true; email in userinfo does not count: email_verified there is absent, not true",
    ],
    [
      "in another claim than the verified one",
      [
        { upn: email, email: "eve@example.com", email_verified: true },
        undefined,
        { emailClaim: "upn" },
      ],
      "upn in the token does not count: email_verified is about the claim email, which is another address",
    ],
    [
      "trusted only without email_verified",
      [{ email }, { email_verified: "true" }, { trustEmail: true }],
      "email in the token does not count: email_verified there is absent, not true; trustEmail does not apply, because the issuer sends email_verified",
    ],
  ])("says why if it is %s", (_, parts, gap) => {
    expect(read(...parts)).toEqual({ email: undefined, gap });
  });

  it.each<Claims>([
    { email },
    { email, email_verified: false },
    { email, email_verified: "no" },
    { email: "eve@example.com", upn: email, email_verified: true },
  ])("counts with trustEmail: always, in %j", (claims) => {
    const emailClaim = "upn" in claims ? "upn" : "email";

    expect(read(claims, undefined, { emailClaim })).toMatchObject({ email: undefined });
    expect(read(claims, undefined, { emailClaim, trustEmail: "always" })).toEqual({
      email,
      gap: undefined,
    });
  });

  it("has no reason once another one counts", () => {
    expect(read({ email, email_verified: false }, { email, email_verified: true })).toEqual({
      email,
      gap: undefined,
    });
  });
});

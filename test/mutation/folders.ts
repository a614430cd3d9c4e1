/**
 * The folders whose mutants are tested, each with the fast tests that concern it. Tests that start proxies, browsers,
 * Redis or replicas are not among them: a mutant would take minutes.
 */
export const testsOf: Readonly<Record<string, readonly string[]>> = {
  cookies: ["test/cookies/{cookie,cookies,lines,seal}.test.ts"],
  forwarded: ["test/forwarded/*.test.ts"],
  policy: ["test/policy/{conditions,identity-headers,rules,rules-for-any-url}.test.ts"],
  session: [
    "test/session/*.test.ts",
    "test/sign-out/back-channel.test.ts",
    "test/credentials/bearer-issuer.test.ts",
  ],
  "sign-in": [
    "test/sign-in/*.test.ts",
    "test/callback/*.test.ts",
    "test/sign-out/issuer-sign-out.test.ts",
  ],
};

/**
 * The folders whose mutants are tested, each with the fast tests that concern it, in the order in which they run: the
 * first failure ends a mutant's run, so the quickest come first. Tests that start proxies, browsers, Redis or replicas,
 * or that wait for a slow issuer, are not among them: a mutant would take minutes.
 */
export const testsOf: Readonly<Record<string, readonly string[]>> = {
  cookies: ["test/cookies/{cookie,cookies,lines,seal}.test.ts"],
  forwarded: ["test/forwarded/*.test.ts"],
  policy: [
    "test/policy/{access,decide,rule-schema,patterns,path-readings,query-readings,path-rules,identity-headers}.test.ts",
    "test/policy/rules-cost.test.ts",
    "test/tools/policy/explain.test.ts",
    "test/config/{credentials,load,client}.test.ts",
    "test/policy/{rules,rule-index}.test.ts",
    "test/verify/{verify,step-up,ext-authz}.test.ts",
    "test/policy/{rules-for-any-url,conditions}.test.ts",
  ],
  session: [
    "test/session/{hot-session,lease,record,browser-session,endings,revocation-markers}.test.ts",
    "test/session/{cached-sessions,background,renewal-lease,renewing}.test.ts",
    "test/session/{failing-store,sessions,store,lying-store,lifetime,writes,revocations}.test.ts",
    "test/session/{at-rest,refresh-races,refresh}.test.ts",
    "test/sign-out/back-channel.test.ts",
  ],
  "sign-in": [
    "test/sign-in/{backoff,endpoint-addresses,issuer-error,issuer-keys,limit-concurrency}.test.ts",
    "test/sign-in/{recent-starts,return-target,sign-out-return,start-url,tenants}.test.ts",
    "test/sign-in/{token-fetch,sealed-transaction,provider-api,sign-in-url,client-key}.test.ts",
    "test/sign-in/{service-account,discovery,requests-to-issuers,client-files}.test.ts",
    "test/sign-in/{identity-answers,access-token,code-exchange}.test.ts",
  ],
};

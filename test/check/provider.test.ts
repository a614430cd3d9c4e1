import { describe, expect, it } from "vitest";
import { startIssuer } from "../../demo/issuer.ts";
import { check } from "../../server/check/check.ts";
import { configOf } from "../peers/doorward.ts";

/** What is said of one provider, without its name. */
async function saidOf(provider: Record<string, unknown>, offered: string[] = ["openid"]) {
  const issuer = await startIssuer({
    accounts: [],
    clientId: "door",
    clientSecret: "secret",
    redirectUris: ["https://auth.example.com/callback"],
    configuration: { scopes: offered },
  });
  const company = { issuer: issuer.issuer, clientId: "door", ...provider };
  const config = configOf({
    url: "https://auth.example.com",
    providers: { company },
    access: { anyone: true },
  });
  const found = await check(config);
  await issuer.close();
  return found
    .filter(({ text }) => text.startsWith("provider company: "))
    .map(({ level, text }) => `${level === "ok" ? "" : `${level}: `}${text.slice(18)}`);
}

describe("a provider", () => {
  it("is told with its redirect URI, scope, groups, renewal and emails", async () => {
    const said = await saidOf({ type: "oidc" }, ["openid", "offline_access"]);

    expect(said).toEqual([
      expect.stringMatching(
        /^http:.*: discovered; register there: https:\/\/auth\.example\.com\/callback$/,
      ),
      "the client authenticates by none",
      "asks for the scope openid email profile offline_access",
      expect.stringContaining("groups: the claim `groups`"),
      expect.stringContaining("with a refresh token"),
      expect.stringContaining("when the provider calls it verified"),
      "the issuer takes https://auth.example.com/callback",
      expect.stringMatching(/^the clock of http:.* agrees with ours$/),
    ]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["cannot be asked again", { type: "oidc" }, "stays signed in for `session.lifetime`"],
    ["has a groups claim of the operator's", { type: "oidc", groupsClaim: "roles" }, "`roles`"],
    ["has no groups", { type: "login.gov" }, "groups: there are none"],
    ["calls no address verified", { type: "authentik" }, "calls every address unverified"],
    ["is vouched for", { type: "oidc", trustEmail: true }, "`trustEmail` is on"],
    ["is not written as usual", { type: "auth0" }, "`https://TENANT.REGION.auth0.com/`"],
    ["is asked without discovery", { type: "github" }, "nothing to discover"],
  ])("that %s says so", async (_, provider, words) => {
    const said = await saidOf(provider);

    expect(said.filter((line) => line.includes(words))).toHaveLength(1);
    expect(said.filter((line) => line.startsWith("fault"))).toEqual([]);
  });

  it("that is not there is a fault, with a hint at how its issuers are written", async () => {
    const said = await saidOf({
      type: "authentik",
      issuer: "http://127.0.0.1:1/application/o/door",
    });

    expect(said).toEqual([
      expect.stringMatching(/^fault: http:\/\/127\.0\.0\.1:1/),
      expect.stringContaining("https://HOST/application/o/SLUG/"),
    ]);
  });
});

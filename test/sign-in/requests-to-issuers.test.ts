import { beforeEach, describe, expect, it } from "vitest";
import { providers } from "../../providers/registry.ts";
import { createSite } from "../../server/config/site.ts";
import { longestLocation } from "../../server/http/response.ts";
import type { Identity } from "../../server/identity/identity.ts";
import { authorizationUrl } from "../../server/sign-in/code-flow.ts";
import { endSessionUrl, revokeTokens } from "../../server/sign-in/end-session.ts";
import { noTokens } from "../../server/sign-in/token-endpoint.ts";
import {
  issuer,
  memoryParty,
  metadataPath,
  usualMetadata,
  type Reply,
} from "../peers/memory-party.ts";

const site = createSite({
  url: "https://app.example.com/_auth",
  cookie: {},
  access: { anyone: true },
});
const { userinfo_endpoint: _, ...usual } = usualMetadata;
const noStepUp = { maxAgeMs: undefined, acr: undefined };
const transaction = {
  state: "s-1",
  nonce: "n-1",
  codeVerifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
  stepUp: noStepUp,
};
/** RFC 7636, appendix B. */
const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

let metadata: object;
let forms: string[];
let reply: () => Promise<Response>;

beforeEach(() => {
  [metadata, forms] = [usual, []];
  reply = async () => new Response("");
});

/** Our registration, at a provider of this type. */
function partyOf(settings: object = {}, { type = "oidc", isAlone = true } = {}) {
  const answer: Reply = async (path, form) => {
    if (path === metadataPath) return Response.json(metadata);
    forms.push(`${path} ${String(form)}`);
    return reply();
  };
  return memoryParty(answer, { type, isAlone, settings });
}

async function parametersOf(
  party: ReturnType<typeof partyOf>,
  {
    prompt,
    stepUp = noStepUp,
  }: { prompt?: string; stepUp?: { maxAgeMs: number | undefined; acr: string[] | undefined } } = {},
) {
  const url = await authorizationUrl(party, site, { ...transaction, stepUp }, { prompt });
  return Object.fromEntries(new URL(url).searchParams);
}

describe("an authorization request", () => {
  it("has state, nonce and PKCE (RFC 6749 §4.1.1, RFC 7636)", async () => {
    const party = partyOf();

    expect(await parametersOf(party)).toEqual({
      client_id: "door",
      response_type: "code",
      redirect_uri: "https://app.example.com/_auth/callback",
      scope: "openid email profile",
      state: "s-1",
      nonce: "n-1",
      code_challenge: challenge,
      code_challenge_method: "S256",
    });
    expect(await authorizationUrl(party, site, transaction, undefined)).toMatch(
      /^https:\/\/id\.example\.com\/authorize\?/,
    );
  });

  it("has a callback of its own at one of several issuers without the iss parameter", async () => {
    const party = partyOf({}, { isAlone: false });
    metadata = { ...usual, authorization_response_iss_parameter_supported: true };
    const known = partyOf({}, { isAlone: false });

    expect((await parametersOf(known)).redirect_uri).toBe("https://app.example.com/_auth/callback");
    metadata = usual;
    expect((await parametersOf(party)).redirect_uri).toBe(
      "https://app.example.com/_auth/callback/company",
    );
  });

  it("has no nonce at a provider without ID tokens", async () => {
    const parameters = await parametersOf(partyOf({}, { type: "github" }));

    expect(parameters).toMatchObject({ state: "s-1", code_challenge: challenge });
    expect(parameters).not.toHaveProperty("nonce");
  });

  it("has the state alone at a provider that supports no more", async () => {
    const tied = [...providers].find(([, provider]) => provider.isTiedByStateAlone === true);
    const party = partyOf();
    const parameters = await parametersOf({
      ...party,
      provider: { ...party.provider, isTiedByStateAlone: true, scope: "" },
    });

    expect(tied).toBeDefined();
    expect(parameters).toEqual({
      client_id: "door",
      response_type: "code",
      redirect_uri: "https://app.example.com/_auth/callback",
      state: "s-1",
    });
  });

  it.each([
    [undefined, undefined, undefined],
    ["login", undefined, "login"],
    [undefined, "login", "login"],
    ["login", "consent", "login consent"],
    ["login", "login", "login"],
    ["none", "login", "none"],
    ["login", "none", "login"],
    [undefined, "none", "none"],
    ["login consent", "select_account", "login consent select_account"],
  ])("with the prompt %j beside the configured %j has %j", async (prompt, written, sent) => {
    const party = partyOf(written === undefined ? {} : { authorization: { prompt: written } });
    const parameters = await parametersOf(party, prompt === undefined ? {} : { prompt });

    expect(parameters.prompt).toBe(sent);
  });

  it.each([
    [undefined, undefined, undefined],
    [90_999, undefined, "90"],
    [undefined, "60", "60"],
    [90_000, "60", "60"],
    [30_000, "60", "30"],
  ])("for a rule's age of %j beside the configured %j has %j", async (maxAgeMs, written, sent) => {
    const party = partyOf(written === undefined ? {} : { authorization: { max_age: written } });

    expect((await parametersOf(party, { stepUp: { maxAgeMs, acr: undefined } })).max_age).toBe(
      sent,
    );
  });

  it("has the values of acr that a rule requires", async () => {
    const stepUp = { maxAgeMs: undefined, acr: ["gold", "silver"] };

    expect((await parametersOf(partyOf(), { stepUp })).acr_values).toBe("gold silver");
  });

  it("has the response mode and the scopes that the provider needs for what is configured", async () => {
    const party = partyOf();
    const provider = {
      ...party.provider,
      responseMode: "form_post" as const,
      scopeWith: { repositories: "repo read:org", projects: "api" },
    };
    const settings = { ...party.settings, repositories: ["a/b"] };

    expect(await parametersOf({ ...party, provider, settings })).toMatchObject({
      response_mode: "form_post",
      scope: "openid email profile repo read:org",
    });
    expect(await parametersOf(party)).not.toHaveProperty("response_mode");
  });

  it("is refused if it does not fit into a head", async () => {
    const base = (
      await authorizationUrl(partyOf({ scope: "openid a" }), site, transaction, undefined)
    ).length;
    const scope = (length: number) => `openid ${"a".repeat(length)}`;
    const most = longestLocation - base + 1;
    const fits = await authorizationUrl(
      partyOf({ scope: scope(most) }),
      site,
      transaction,
      undefined,
    );

    expect(fits).toHaveLength(longestLocation);
    await expect(
      authorizationUrl(partyOf({ scope: scope(most + 1) }), site, transaction, undefined),
    ).rejects.toMatchObject({
      code: "client_rejected",
      message: `the authorization request to ${issuer} has ${longestLocation + 1} characters, more than ${longestLocation}: shorten scope or authorization of the provider company`,
    });
  });
});

const ada: Identity = {
  issuer,
  subject: "ada",
  email: "ada@example.com",
  groups: [],
  name: undefined,
  preferredUsername: "ada-l",
  provider: "company",
  claims: {},
};

describe("the address of a sign-out at the issuer", () => {
  const ending = async (changes: Partial<Identity> = {}, idToken?: string) => {
    const url = await endSessionUrl(
      partyOf(),
      site,
      { identity: { ...ada, ...changes }, idToken },
      "o-1",
    );
    return url === undefined ? undefined : Object.fromEntries(new URL(url).searchParams);
  };
  const always = {
    client_id: "door",
    post_logout_redirect_uri: "https://app.example.com/_auth/sign_out",
    state: "o-1",
  };

  it.each<[Partial<Identity>, string | undefined, object]>([
    [{}, "t".repeat(2_048), { id_token_hint: "t".repeat(2_048) }],
    [{}, "t".repeat(2_049), { logout_hint: "ada@example.com" }],
    [{}, undefined, { logout_hint: "ada@example.com" }],
    [{ claims: { login_hint: "hint" } }, undefined, { logout_hint: "hint" }],
    [{ email: undefined }, undefined, { logout_hint: "ada-l" }],
    [{ email: undefined, preferredUsername: undefined }, undefined, {}],
    [{ email: "a".repeat(200) }, undefined, { logout_hint: "a".repeat(200) }],
    [{ email: "a".repeat(201) }, undefined, {}],
  ])("names whose session ends (%#)", async (changes, idToken, hint) => {
    expect(await ending(changes, idToken)).toEqual({ ...always, ...hint });
  });

  it("is absent where the issuer has none", async () => {
    metadata = { ...usual, end_session_endpoint: undefined };

    expect(await ending()).toBeUndefined();
  });

  it("is refused if it does not fit into a head", async () => {
    metadata = { ...usual, end_session_endpoint: `${issuer}/${"e".repeat(longestLocation)}` };

    await expect(ending()).rejects.toMatchObject({
      code: "issuer_broken",
      message: expect.stringMatching(
        /^the end_session_endpoint of .* makes an address of \d+ characters, more than/,
      ),
    });
  });
});

describe("the revocation of a refresh token", () => {
  const tokens = { ...noTokens, refreshToken: "r-1" };

  it("is sent to the issuer (RFC 7009)", async () => {
    await revokeTokens(partyOf(), tokens);

    expect(forms).toEqual([`/revoke token_type_hint=refresh_token&token=r-1`]);
  });

  it("is not sent without a token or an endpoint, or where it would end more than the session", async () => {
    const whole = partyOf();
    await revokeTokens(partyOf(), undefined);
    await revokeTokens(partyOf(), noTokens);
    await revokeTokens(
      { ...whole, provider: { ...whole.provider, revokesWholeGrant: true } },
      tokens,
    );
    metadata = { ...usual, revocation_endpoint: undefined };
    await revokeTokens(partyOf(), tokens);

    expect(forms).toEqual([]);
  });

  it("fails with a code", async () => {
    reply = async () => new Response("", { status: 500 });

    await expect(revokeTokens(partyOf(), tokens)).rejects.toMatchObject({
      code: "issuer_broken",
      message: `revoking a refresh token at ${issuer} failed`,
    });
  });
});

describe("the label of a provider", () => {
  it("is its own, that of its type, or its name", () => {
    expect(partyOf({ label: "Our company" }).label).toBe("Our company");
    expect(partyOf().label).toBe("Company");
  });
});

import {
  customFetch,
  refreshTokenGrant,
  tokenRevocation,
  type Configuration,
  type ServerMetadata,
} from "openid-client";
import { beforeEach, describe, expect, it } from "vitest";
import { secretAuthentication } from "../../server/sign-in/client-authentication.ts";
import { configure, discoverOnce, type Client } from "../../server/sign-in/discovery.ts";
import { reasonsOf } from "../../server/observe/log.ts";
import { createIssuerFetch } from "../../server/sign-in/issuer-fetch.ts";
import { createIntrospection } from "../../server/sign-in/introspection.ts";
import { signInNeeds, tokenNeeds } from "../../server/sign-in/metadata.ts";
import { renewedIdTokenIn } from "../../server/sign-in/token-endpoint.ts";

const issuer = "https://id.example.com";
const address = `${issuer}/.well-known/openid-configuration`;
const metadata = {
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/keys`,
  revocation_endpoint: `${issuer}/revoke`,
  introspection_endpoint: `${issuer}/introspect`,
  end_session_endpoint: `${issuer}/end`,
  mtls_endpoint_aliases: {
    token_endpoint: "https://mtls.example.com/token",
    revocation_endpoint: "https://mtls.example.com/revoke",
  },
};
const noKeys = () => Promise.reject(new Error("no keys"));
let requests: { url: string; init: RequestInit }[];
let reply: (url: string) => Promise<Response>;

beforeEach(() => {
  requests = [];
  reply = async () => Response.json(metadata);
});

function client(changes: Partial<Client> = {}): Client {
  const fetch = createIssuerFetch(async (url, init) => {
    requests.push({ url, init });
    return reply(url);
  });
  return {
    clientId: "door",
    endpoints: {},
    authentication: secretAuthentication("shh"),
    fetch,
    signer: { issuers: [issuer], clientId: "door", verifyIssued: noKeys },
    ...changes,
  };
}

const discovered = (changes: Partial<Client> = {}) =>
  discoverOnce({ address, issuer }, client(changes), signInNeeds);

describe("an issuer's metadata", () => {
  it("is fetched once, without following a redirect", async () => {
    const configuration = await discovered();

    expect(requests).toMatchObject([{ url: address, init: { redirect: "manual" } }]);
    expect(configuration.serverMetadata()).toMatchObject(metadata);
    expect(configuration.clientMetadata()).toMatchObject({
      client_id: "door",
      use_mtls_endpoint_aliases: false,
    });
    expect(configuration.timeout).toBe(4);
  });

  it("is replaced by the configured endpoints, and by them in its aliases too", async () => {
    const endpoints = { token: "https://inside.example.com/token", userinfo: `${issuer}/me` };
    const found = (await discovered({ endpoints })).serverMetadata();

    expect(found).toMatchObject({
      token_endpoint: endpoints.token,
      userinfo_endpoint: endpoints.userinfo,
      jwks_uri: metadata.jwks_uri,
      mtls_endpoint_aliases: { revocation_endpoint: "https://mtls.example.com/revoke" },
    });
    expect(found.mtls_endpoint_aliases).not.toHaveProperty("token_endpoint");
  });

  it("has other addresses for a client with a certificate", async () => {
    const base = client();
    const authentication = { ...base.authentication, fetch: base.fetch };

    expect((await discovered({ authentication })).clientMetadata().use_mtls_endpoint_aliases).toBe(
      true,
    );
  });

  it("has the same token endpoint at either address: the renewed ID token is checked later", async () => {
    const base = client();
    const usual = { token_type: "Bearer", access_token: "a", refresh_token: "r", id_token: "i" };
    const received = async (authentication: Client["authentication"]) => {
      const configuration = await discovered({ authentication });
      reply = async () => Response.json(usual);
      const answer = await refreshTokenGrant(configuration, "old");
      reply = async () => Response.json(metadata);
      return [requests.at(-1)?.url, renewedIdTokenIn(answer)];
    };

    expect(await received(base.authentication)).toEqual([metadata.token_endpoint, "i"]);
    expect(await received({ ...base.authentication, fetch: base.fetch })).toEqual([
      metadata.mtls_endpoint_aliases.token_endpoint,
      "i",
    ]);
  });

  it.each<[Partial<ServerMetadata>, string]>([
    [
      { issuer: `${issuer}/` },
      `the metadata at ${address} has the issuer "${issuer}/", but \`issuer\` is ${issuer}: if that is the issuer of its ID tokens, set \`issuer\` to exactly that`,
    ],
    [
      { issuer: "https://login.example.com/7" },
      `the metadata at ${address} has the issuer "https://login.example.com/7", but \`issuer\` is ${issuer}: if that is the issuer of its ID tokens, set \`issuer\` to exactly that, and \`discovery\` to ${issuer}, where this metadata is`,
    ],
    [{ token_endpoint: undefined as never }, "the issuer's token_endpoint is missing"],
    [{ jwks_uri: 7 as never }, "the issuer's jwks_uri 7 is not a URL"],
    [
      { revocation_endpoint: "http://id.example.com/revoke" },
      'revocation_endpoint "http://id.example.com/revoke"',
    ],
    [
      { userinfo_endpoint: "https://127.0.0.1/me" },
      "set the provider's `endpoints.userinfo` to it",
    ],
    [
      { mtls_endpoint_aliases: { token_endpoint: "https://127.0.0.1/t" } },
      "the issuer's mtls_endpoint_aliases.token_endpoint",
    ],
    [{ require_pushed_authorization_requests: true }, "set `endpoints.pushedAuthorization`"],
  ])("is refused if it is unusable (%#)", async (changes, fault) => {
    reply = async () => Response.json({ ...metadata, ...changes });

    await expect(discovered()).rejects.toMatchObject({
      code: "issuer_broken",
      message: `discovery at ${issuer} failed`,
      cause: { message: expect.stringContaining(fault) },
    });
  });

  it.each([
    [404, "no issuer's metadata is at this address: compare `issuer` (and `discovery`) with"],
    [301, "it has moved: set `issuer` to its new address"],
  ])(
    "that is not where it is looked for (%s) leads to its address and the fix",
    async (status, words) => {
      reply = async () =>
        new Response(null, { status, headers: { location: "https://x.example" } });

      const error: unknown = await discovered().catch((reason: unknown) => reason);

      const at = `${address} returned ${status} with an empty body`;
      expect(reasonsOf(error)).toContain(`${at}: ${words}`);
    },
  );

  it("may lack what the use of the issuer does not need", async () => {
    const { issuer: _, jwks_uri: keys } = metadata;
    reply = async () => Response.json({ issuer, jwks_uri: keys });

    const found = await discoverOnce({ address, issuer }, client(), tokenNeeds);

    expect(found.serverMetadata().jwks_uri).toBe(keys);
  });

  it.each<[() => Promise<Response>, string]>([
    [async () => new Response("", { status: 503 }), "issuer_broken"],
    [
      async () => new Response("", { status: 302, headers: { location: "https://evil.example" } }),
      "issuer_broken",
    ],
    [async () => new Response("<html>"), "issuer_broken"],
    [
      () => Promise.reject(new TypeError("fetch failed", { cause: new Error("x") })),
      "issuer_unreachable",
    ],
  ])("fails with a code (%#)", async (answer, code) => {
    reply = answer;

    await expect(discovered()).rejects.toMatchObject({ code });
    expect(requests).toHaveLength(1);
  });

  it("may come over plain http from this machine only", async () => {
    const local = "http://localhost:8080";
    const place = { address: `${local}/.well-known/openid-configuration`, issuer: local };
    const written = JSON.stringify(metadata).replaceAll(issuer, local);
    reply = async () => new Response(written, { headers: { "content-type": "application/json" } });

    expect((await discoverOnce(place, client(), signInNeeds)).serverMetadata().issuer).toBe(local);
  });
});

describe("a configured issuer", () => {
  const configured = async (): Promise<Configuration> =>
    configure({ address, issuer }, metadata, client(), signInNeeds);

  it("converts what the token endpoint alone returns", async () => {
    reply = async () => Response.json({ message: "no such code" });
    const send = (await configured())[customFetch];
    const from = async (url: string) => (await send?.(url, {} as never))?.status;

    expect(await from(metadata.token_endpoint)).toBe(400);
    expect(await from(metadata.revocation_endpoint)).toBe(200);
  });

  it("gets the client's secret by the method that its metadata names", async () => {
    reply = async () => new Response("");
    const post = { ...metadata, token_endpoint_auth_methods_supported: ["client_secret_post"] };

    await tokenRevocation(await configured(), "t");
    await tokenRevocation(await configure({ address, issuer }, post, client(), signInNeeds), "t");

    const [basic, inBody] = requests.map(({ init }) => ({
      header: new Headers(init.headers).get("authorization"),
      secret: new URLSearchParams(String(init.body)).get("client_secret"),
    }));
    expect(basic).toEqual({ header: `Basic ${btoa("door:shh")}`, secret: null });
    expect(inBody).toEqual({ header: null, secret: "shh" });
  });
});

describe("the introspection of a token", () => {
  const introspect = (changes: Partial<ServerMetadata> = {}) =>
    createIntrospection({
      issuer,
      discover: () =>
        configure({ address, issuer }, { ...metadata, ...changes }, client(), signInNeeds),
    });

  it("sends the token with our client's secret (RFC 7662)", async () => {
    reply = async () => Response.json({ active: true, sub: "ada" });

    expect(await introspect()("opaque")).toEqual({ active: true, sub: "ada" });
    expect(requests[0]?.url).toBe(metadata.introspection_endpoint);
    expect(Object.fromEntries(new URLSearchParams(String(requests[0]?.init.body)))).toEqual({
      token: "opaque",
      token_type_hint: "access_token",
    });
  });

  it("is impossible without an endpoint", async () => {
    expect(
      await introspect({ introspection_endpoint: undefined as never })("opaque"),
    ).toBeUndefined();
    expect(requests).toEqual([]);
  });

  it("fails with a code", async () => {
    reply = async () => new Response("", { status: 500 });

    await expect(introspect()("opaque")).rejects.toMatchObject({
      code: "issuer_broken",
      message: `token introspection at ${issuer} failed`,
    });
  });

  it("runs fifty times at once at most", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    reply = () => promise.then(() => Response.json({ active: false }));
    const ask = introspect();
    const running = Array.from({ length: 50 }, () => ask("opaque"));

    await expect(ask("opaque")).rejects.toMatchObject({ code: "issuer_unreachable" });
    resolve();
    expect(await Promise.all(running)).toHaveLength(50);
  });
});

import type { IncomingMessage, ServerResponse } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { startIssuer, type Issuer, type IssuerOptions } from "../../demo/issuer.ts";
import { lines } from "../peers/findings.ts";

const uri = "https://auth.example.com/callback";
const client = { clientId: "door", clientSecret: "the door's own secret" };

let issuer: Issuer | undefined;
afterEach(() => issuer?.close());

/** The findings about the redirect URI at a usual issuer with these options. */
async function findingsOf(
  options: Partial<IssuerOptions>,
  provider: Record<string, unknown> = {},
  settings: Record<string, unknown> = {},
): Promise<string[]> {
  issuer = await startIssuer({ accounts: [], ...client, redirectUris: [uri], ...options });
  const company = { type: "oidc", issuer: issuer.issuer, ...client, ...provider };
  const all = await lines({ providers: { company }, ...settings });
  return all.filter((line) =>
    /(accepts http|authorization request with|pushed authorization request|does not accept|clientId: |whether the issuer accepts)/.test(
      line,
    ),
  );
}

/** Pushed authorization requests (RFC 9126), required or only offered. */
function pushing(requirePushedAuthorizationRequests: boolean) {
  const pushedAuthorizationRequests = { enabled: true, requirePushedAuthorizationRequests };
  return { features: { devInteractions: { enabled: false }, pushedAuthorizationRequests } };
}

/** By default oidc-provider ignores unknown scopes. */
const knownScopes = {
  clients: [
    {
      client_id: client.clientId,
      client_secret: client.clientSecret,
      redirect_uris: [uri],
      scope: "openid",
    },
  ],
  scopes: ["openid", "all"],
};

const json = { "Content-Type": "application/json" };

/** An issuer whose authorization endpoint, or the given one, always sends this response. */
function answering(
  status: number,
  headers: Record<string, string>,
  body = "",
  path = /^\/(auth|login\/oauth\/authorize)\?/,
) {
  return {
    before: async ({ url = "" }: IncomingMessage, response: ServerResponse) => {
      if (path.test(url)) response.writeHead(status, headers).end(body);
    },
  };
}

describe("a redirect URI", () => {
  it("that is registered is ok", async () => {
    const found = await findingsOf({});

    expect(found).toEqual([`ok provider company: the issuer accepts ${uri}`]);
  });

  it("that is not registered is a fault with the URI to register", async () => {
    const found = await findingsOf({ redirectUris: ["https://auth.example.com/other"] });

    expect(found).toEqual([
      `fault provider company: the issuer does not accept the redirect URI ${uri}: register exactly this URI`,
    ]);
  });

  it("of each site is tested", async () => {
    const sites = [{ url: "https://auth.example.com" }, { url: "https://auth.example.org" }];

    const found = await findingsOf({}, {}, { url: undefined, sites });

    expect(found.map((line) => line.split(" ")[0])).toEqual(["ok", "fault"]);
    expect(found[1]).toContain("https://auth.example.org/callback");
  });

  it("of an unknown client is reported as a fault of clientId", async () => {
    const found = await findingsOf({}, { clientId: "dor" });

    expect(found).toEqual([expect.stringMatching(/^fault provider company: clientId: /)]);
  });

  it("is tested with prompt=none, without starting an interaction at the issuer", async () => {
    const asked: URL[] = [];
    const before = async ({ url = "" }) => void asked.push(new URL(url, "http://issuer"));

    await findingsOf({ before }, { authorization: { prompt: "consent" } });

    const requests = asked.filter(({ pathname }) => pathname === "/auth");
    expect(requests.map(({ searchParams }) => searchParams.get("prompt"))).toEqual(["none"]);
    expect(asked.some(({ pathname }) => pathname.startsWith("/interaction"))).toBe(false);
  });

  it("that is accepted with an unknown scope is a fault that quotes the issuer", async () => {
    const found = await findingsOf({ configuration: knownScopes }, { scope: "openid all" });

    expect(found).toEqual([
      expect.stringMatching(
        /^fault .* the issuer answers our authorization request with "invalid_scope .*: remove the scopes .* from `scope`/,
      ),
    ]);
  });

  it.each([true, false])(
    "is tested with pushed requests too (required: %j)",
    async (isRequired) => {
      const configuration = pushing(isRequired);

      const accepted = await findingsOf({ configuration });
      await issuer?.close();
      const rejected = await findingsOf({ configuration, redirectUris: [`${uri}/other`] });

      expect(accepted).toEqual([`ok provider company: the issuer accepts ${uri}`]);
      expect(rejected).toEqual([
        expect.stringMatching(/^fault .* does not accept the redirect URI/),
      ]);
    },
  );

  it("of a client whose scope is unknown is a fault of the required pushed request", async () => {
    const configuration = { ...pushing(true), ...knownScopes };

    const found = await findingsOf({ configuration }, { scope: "openid all" });

    expect(found).toEqual([
      expect.stringMatching(
        /^fault .* the pushed authorization request \(PAR\) to .* failed: "invalid_scope .*: compare the client's id/,
      ),
    ]);
  });

  it("is not reported for a pushed request that fails because of the secret", async () => {
    const configuration = { ...pushing(true), ...knownScopes };

    const found = await findingsOf({ configuration }, { clientSecret: "of another client" });

    expect(found).toEqual([]);
  });

  it("of a client whose optional pushed requests are rejected is a fault", async () => {
    const refused = answering(401, json, '{"error":"invalid_request"}', /^\/request/);

    const found = await findingsOf({ configuration: pushing(false), ...refused });

    expect(found).toEqual([
      expect.stringMatching(/^ok .* the issuer accepts/),
      expect.stringMatching(/^fault .* \(PAR\) to .* failed: "invalid_request": compare/),
    ]);
  });

  it("is accepted although optional pushed requests do not work", async () => {
    const broken = answering(502, {}, "bad gateway", /^\/request/);

    const found = await findingsOf({ configuration: pushing(false), ...broken });

    expect(found).toEqual([
      expect.stringMatching(/^ok .* the issuer accepts/),
      expect.stringMatching(/^warning .* \(PAR\) to .* falls back to a plain/),
    ]);
  });
});

/** Google's own error page: `authError` is a message whose first field is the error. */
function google(error: string): string {
  const message = `\n${String.fromCharCode(error.length)}${error}\x12\x04More`;
  const encoded = Buffer.from(message).toString("base64url");
  return `https://accounts.google.com/signin/oauth/error?authError=${encoded}&flowName=GeneralOAuthFlow`;
}

describe("a redirect URI that an issuer refuses in another way", () => {
  it.each<[string, number, Record<string, string>, string, RegExp]>([
    ["Google", 302, { Location: google("redirect_uri_mismatch") }, "", /^fault .*does not accept/],
    ["Google for the client", 302, { Location: google("invalid_client") }, "", /^fault .*clientId/],
    [
      "a page in words",
      400,
      {},
      "<h1>We are sorry...</h1><p>Invalid parameter: redirect_uri</p>",
      /^fault .*does not accept/,
    ],
    [
      "a page that repeats the address",
      400,
      {},
      "<p>The 'redirect_uri' https://auth.example.com/callback is not one that the app lists</p>",
      /^fault .*does not accept/,
    ],
    [
      "JSON",
      400,
      {},
      '{"error":"invalid_request","error_description":"Unregistered redirect_uri"}',
      /^fault .*does not accept/,
    ],
    ["Microsoft", 200, {}, "AADSTS50011: The redirect URI does not match", /^fault .*not accept/],
  ])("by %s is a fault", async (_, status, headers, body, words) => {
    const found = await findingsOf(answering(status, headers, body));

    expect(found).toEqual([expect.stringMatching(words)]);
  });

  it.each<[string, number, Record<string, string>, string]>([
    ["a sign-in page", 200, {}, '<input name="redirect_uri" value="x"> not a member yet?'],
    ["a sign-in page with 401", 401, {}, '<input name="redirect_uri"> Invalid password'],
    ["a redirect to its sign-in page", 302, { Location: "/login?return_to=x" }, ""],
    [
      "a firewall page that repeats the request",
      403,
      {},
      "Not allowed: /auth?redirect_uri=https://x/y",
    ],
    ["too many requests", 429, {}, "slow down"],
    ["an upstream failure", 502, {}, "redirect_uri is not known to the upstream"],
    ["an unspecific error", 400, {}, "Bad Request"],
  ])("cannot be tested against %s", async (_, status, headers, body) => {
    const found = await findingsOf(answering(status, headers, body));

    expect(found).toEqual([
      expect.stringMatching(
        new RegExp(`^unknown .* not known whether the issuer accepts ${uri}: .*${status}`),
      ),
    ]);
  });

  it("is tested at an OAuth 2.0 provider too", async () => {
    const registered = "https://other.example.com/?error=redirect_uri_mismatch";

    const found = await findingsOf(answering(302, { Location: registered }), { type: "github" });

    expect(found).toEqual([expect.stringMatching(/^fault .*does not accept the redirect URI/)]);
  });

  it("cannot be tested at an issuer that does not answer", async () => {
    const before = async ({ url = "" }: IncomingMessage) => {
      if (url.startsWith("/auth?")) await Promise.withResolvers<never>().promise;
    };

    const found = await findingsOf({ before });

    expect(found).toEqual([expect.stringMatching(/^unknown .*does not answer this machine/)]);
  });
});

import type { IncomingMessage, ServerResponse } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { startIssuer, type Issuer, type IssuerOptions } from "../../demo/issuer.ts";
import { lines } from "../peers/findings.ts";

const uri = "https://auth.example.com/callback";
const client = { clientId: "door", clientSecret: "the door's own secret" };

let issuer: Issuer | undefined;
afterEach(() => issuer?.close());

/** What is said of the redirect URI at an issuer that is as usual but for these options. */
async function saidOf(
  options: Partial<IssuerOptions>,
  provider: Record<string, unknown> = {},
  settings: Record<string, unknown> = {},
): Promise<string[]> {
  issuer = await startIssuer({ accounts: [], ...client, redirectUris: [uri], ...options });
  const company = { type: "oidc", issuer: issuer.issuer, ...client, ...provider };
  const all = await lines({ providers: { company }, ...settings });
  return all.filter((line) =>
    /(takes (http|no pushed)|does not take|clientId: |whether the)/.test(line),
  );
}

/** RFC 9126, required or only offered. */
function pushing(requirePushedAuthorizationRequests: boolean) {
  const pushedAuthorizationRequests = { enabled: true, requirePushedAuthorizationRequests };
  return { features: { devInteractions: { enabled: false }, pushedAuthorizationRequests } };
}

/** Left to itself oidc-provider passes over scopes that it does not know. */
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

/** An issuer whose authorization endpoint answers so, whatever it is asked. */
function answering(status: number, headers: Record<string, string>, body = "") {
  return {
    before: async ({ url = "" }: IncomingMessage, response: ServerResponse) => {
      if (/^\/(auth|login\/oauth\/authorize)\?/.test(url))
        response.writeHead(status, headers).end(body);
    },
  };
}

describe("a redirect URI", () => {
  it("that is registered is well", async () => {
    const said = await saidOf({});

    expect(said).toEqual([`ok provider company: the issuer takes ${uri}`]);
  });

  it("that is not registered is a fault that says what to register", async () => {
    const said = await saidOf({ redirectUris: ["https://auth.example.com/other"] });

    expect(said).toEqual([
      `fault provider company: the issuer does not take the redirect URI ${uri}: register just that`,
    ]);
  });

  it("of each site is asked about", async () => {
    const sites = [{ url: "https://auth.example.com" }, { url: "https://auth.example.org" }];

    const said = await saidOf({}, {}, { url: undefined, sites });

    expect(said.map((line) => line.split(" ")[0])).toEqual(["ok", "fault"]);
    expect(said[1]).toContain("https://auth.example.org/callback");
  });

  it("of a client that the issuer does not know is a fault of the client's id", async () => {
    const said = await saidOf({}, { clientId: "dor" });

    expect(said).toEqual([expect.stringMatching(/^fault provider company: clientId: /)]);
  });

  it("is asked about without a prompt, and the issuer keeps nothing of it but its answer", async () => {
    const asked: URL[] = [];
    const before = async ({ url = "" }) => void asked.push(new URL(url, "http://issuer"));

    await saidOf({ before }, { authorization: { prompt: "consent" } });

    const requests = asked.filter(({ pathname }) => pathname === "/auth");
    expect(requests.map(({ searchParams }) => searchParams.get("prompt"))).toEqual(["none"]);
    expect(asked.some(({ pathname }) => pathname.startsWith("/interaction"))).toBe(false);
  });

  it("that is taken, with a scope that is not, is told with the issuer's word", async () => {
    const said = await saidOf({ configuration: knownScopes }, { scope: "openid all" });

    expect(said).toEqual([
      expect.stringMatching(/^warning .* but answers our request with "invalid_scope /),
    ]);
  });

  it.each([true, false])("that is pushed is asked about too (required: %j)", async (isRequired) => {
    const configuration = pushing(isRequired);

    const taken = await saidOf({ configuration });
    await issuer?.close();
    const refused = await saidOf({ configuration, redirectUris: [`${uri}/other`] });

    expect(taken).toEqual([`ok provider company: the issuer takes ${uri}`]);
    expect(refused).toEqual([expect.stringMatching(/^fault .* does not take the redirect URI/)]);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ["secret is another", { clientSecret: "of somebody else's" }, /: compare the client's id, sec/],
    ["scope is not one", { scope: "openid all" }, /: "invalid_scope .*: compare the client's id/],
  ])("of a client whose %s cannot be pushed, and that is told", async (_, provider, words) => {
    const said = await saidOf({ configuration: { ...pushing(true), ...knownScopes } }, provider);

    expect(said).toEqual([
      expect.stringMatching(/^fault .* takes no pushed authorization request/),
    ]);
    expect(said[0]).toMatch(words);
  });
});

/** Google's own error page: `authError` is a message whose first field is the error. */
function google(error: string): string {
  const message = `\n${String.fromCharCode(error.length)}${error}\x12\x04More`;
  const encoded = Buffer.from(message).toString("base64url");
  return `https://accounts.google.com/signin/oauth/error?authError=${encoded}&flowName=GeneralOAuthFlow`;
}

describe("an issuer that refuses it in another way", () => {
  it.each<[string, number, Record<string, string>, string, RegExp]>([
    ["Google", 302, { Location: google("redirect_uri_mismatch") }, "", /^fault .*does not take/],
    ["Google, of the client", 302, { Location: google("invalid_client") }, "", /^fault .*clientId/],
    [
      "a page in words",
      400,
      {},
      "<h1>We are sorry...</h1><p>Invalid parameter: redirect_uri</p>",
      /^fault .*does not take/,
    ],
    [
      "a page that repeats the address",
      400,
      {},
      "<p>The 'redirect_uri' https://auth.example.com/callback is not one that the app lists</p>",
      /^fault .*does not take/,
    ],
    [
      "JSON",
      400,
      {},
      '{"error":"invalid_request","error_description":"Unregistered redirect_uri"}',
      /^fault .*does not take/,
    ],
    ["Microsoft", 200, {}, "AADSTS50011: The redirect URI does not match", /^fault .*not take/],
  ])("%s, is understood", async (_, status, headers, body, words) => {
    const said = await saidOf(answering(status, headers, body));

    expect(said).toEqual([expect.stringMatching(words)]);
  });

  it.each<[string, number, Record<string, string>, string]>([
    ["its sign-in page", 200, {}, '<input name="redirect_uri" value="x"> not a member yet?'],
    ["its sign-in page with 401", 401, {}, '<input name="redirect_uri"> Invalid password'],
    ["the way to its sign-in page", 302, { Location: "/login?return_to=x" }, ""],
    ["a wall that repeats the request", 403, {}, "Not allowed: /auth?redirect_uri=https://x/y"],
    ["too many requests", 429, {}, "slow down"],
    ["a failure", 502, {}, "redirect_uri is not known to the upstream"],
    ["nothing of use", 400, {}, "Bad Request"],
  ])("or only shows %s, is no fault", async (_, status, headers, body) => {
    const said = await saidOf(answering(status, headers, body));

    expect(said).toEqual([
      expect.stringMatching(
        new RegExp(`^ok .*whether the issuer takes ${uri} shows at a sign-in only: .*${status}`),
      ),
    ]);
  });

  it("or speaks OAuth 2.0 alone, is asked as well", async () => {
    const registered = "https://other.example.com/?error=redirect_uri_mismatch";

    const said = await saidOf(answering(302, { Location: registered }), { type: "github" });

    expect(said).toEqual([expect.stringMatching(/^fault .*does not take the redirect URI/)]);
  });

  it("or is silent, is no fault", async () => {
    const before = async ({ url = "" }: IncomingMessage) => {
      if (url.startsWith("/auth?")) await Promise.withResolvers<never>().promise;
    };

    const said = await saidOf({ before });

    expect(said).toEqual([expect.stringMatching(/^ok .*does not answer this machine/)]);
  });
});

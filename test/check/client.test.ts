import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { startIssuer, type Issuer, type IssuerOptions } from "../../demo/issuer.ts";
import { lines } from "../peers/findings.ts";

const client = { clientId: "door", clientSecret: "right" };
const uri = "https://auth.example.com/callback";

const newKey = () => generateKeyPairSync("ec", { namedCurve: "P-256" });

let issuer: Issuer | undefined;
afterEach(() => issuer?.close());

/** The findings about a provider, without "ok" ones about anything but the client. */
async function findingsOf(
  provider: Record<string, unknown> = {},
  options: Partial<IssuerOptions> = {},
): Promise<string[]> {
  issuer = await startIssuer({ accounts: [], ...client, redirectUris: [uri], ...options });
  const company = { type: "oidc", issuer: issuer.issuer, ...client, ...provider };
  const all = await lines({ providers: { company }, storage: { driver: "memory" } });
  return all
    .filter((line) => /^\w+ provider company: /.test(line))
    .filter((line) => !line.startsWith("ok ") || line.includes("client authentication"))
    .filter((line) => !line.includes("refresh tokens"))
    .map((line) => line.replace("provider company: ", ""));
}

describe("a client at a certified issuer", () => {
  it("with its secret is ok", async () => {
    expect(await findingsOf()).toEqual([
      "ok client authentication: the token endpoint accepts clientId and clientSecret (client_secret_basic)",
    ]);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    [
      "a wrong secret",
      { clientSecret: "a-wrong-one" },
      /: clientId or clientSecret \(client_secret_basic\) is wrong, or the cl/,
    ],
    ["no secret", { clientSecret: undefined }, /: set clientSecret, or register/],
  ])("with %s is a fault with the fix", async (_, provider, words) => {
    const found = await findingsOf(provider);

    expect(found).toEqual([
      expect.stringMatching(
        /^fault client authentication: the token endpoint rejects the client \(401 "invalid_client/,
      ),
    ]);
    expect(found[0]).toMatch(words);
    expect(found[0]).not.toContain("a-wrong-one");
  });

  it("that is unknown is one fault, of clientId", async () => {
    expect(await findingsOf({ clientId: "dor" })).toEqual([
      expect.stringMatching(/^fault clientId: http.* does not know this client/),
    ]);
  });

  it.each([
    [
      "the right",
      /^ok .* the token endpoint accepts clientId and clientKeyFile \(private_key_jwt\)$/,
    ],
    ["another", /^fault .* clientId or clientKeyFile \(private_key_jwt\) is wrong/],
  ])("that signs with %s key is judged", async (which, words) => {
    const [right, another] = [newKey(), newKey()];
    const folder = await mkdtemp(join(tmpdir(), "doorward-check-"));
    const file = join(folder, "key.pem");
    const { privateKey } = which === "another" ? another : right;
    await writeFile(file, privateKey.export({ type: "pkcs8", format: "pem" }));
    const registration = {
      client_id: "door",
      redirect_uris: [uri],
      token_endpoint_auth_method: "private_key_jwt" as const,
      jwks: { keys: [{ ...right.publicKey.export({ format: "jwk" }), use: "sig", kid: "k" }] },
    };
    const configuration = {
      clients: [registration],
      clientAuthMethods: ["private_key_jwt" as const],
    };
    const settings = { clientSecret: undefined, clientKeyFile: file };

    const found = await findingsOf(settings, { configuration });
    await rm(folder, { recursive: true });

    expect(found).toEqual([expect.stringMatching(words)]);
  });

  it("that is public there needs no secret", async () => {
    const clients = [
      { client_id: "door", redirect_uris: [uri], token_endpoint_auth_method: "none" as const },
    ];

    const found = await findingsOf({ clientSecret: undefined }, { configuration: { clients } });

    expect(found).toEqual([
      "ok client authentication: the token endpoint accepts clientId without a secret",
    ]);
  });
});

/** A response of a token endpoint. */
interface Reply {
  readonly status: number;
  readonly error: string;
  readonly error_description?: string;
}

/** An issuer whose token endpoint replies to the right secret, and to any other, as given; `auth` is its page. */
function replying(right: Reply | string, other: Reply, auth?: { status: number; page: string }) {
  const rightly = `Basic ${Buffer.from("door:right").toString("base64")}`;
  return {
    async before({ url = "", headers }: IncomingMessage, response: ServerResponse) {
      if (auth !== undefined && url.startsWith("/auth?"))
        response.writeHead(auth.status, { "Content-Type": "text/html" }).end(auth.page);
      if (url !== "/token") return;
      const reply = headers.authorization === rightly ? right : other;
      if (typeof reply === "string") {
        response.writeHead(404, { "Content-Type": "text/html" }).end(reply);
        return;
      }
      const { status, ...body } = reply;
      response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
    },
  };
}

/** The responses of Keycloak 26.7.3. */
const keycloak = {
  invalidCode: { status: 400, error: "invalid_grant", error_description: "Code not valid" },
  wrongSecret: {
    status: 401,
    error: "unauthorized_client",
    error_description: "Invalid client or Invalid client credentials",
  },
  disabled: {
    status: 401,
    error: "invalid_client",
    error_description: "Invalid client or Invalid client credentials",
  },
  signedAssertion: {
    status: 400,
    error: "invalid_client",
    error_description: "Parameter client_assertion_type is missing",
  },
  bearerOnly: {
    status: 400,
    error: "invalid_client",
    error_description: "Bearer-only not allowed",
  },
} as const;

describe("a client at Keycloak", () => {
  it("with its secret is ok, because another secret is rejected", async () => {
    const found = await findingsOf({}, replying(keycloak.invalidCode, keycloak.wrongSecret));

    expect(found).toEqual([
      "ok client authentication: the token endpoint accepts clientId and clientSecret (client_secret_basic)",
    ]);
  });

  it("that is public there, with a secret, is not known to be right", async () => {
    const found = await findingsOf({}, replying(keycloak.invalidCode, keycloak.invalidCode));

    expect(found).toEqual([
      "unknown client authentication: not known whether the token endpoint accepts clientId and clientSecret (client_secret_basic): the token endpoint answers made-up credentials in the same way; if the client there is public, remove clientSecret",
    ]);
  });

  it.each<[string, Reply, RegExp]>([
    ["a wrong secret", keycloak.wrongSecret, /401 "unauthorized_client .*: clientId or clientSec/],
    [
      "client_secret_jwt",
      keycloak.signedAssertion,
      /400 "invalid_client .*has to sign assertions: let it .*Client Id and Secret/,
    ],
    ["bearer-only", keycloak.bearerOnly, /400 "invalid_client Bearer-only not allowed"/],
    ["no permission", { status: 400, error: "unauthorized_client" }, /: enable it .*Standard flow/],
    ["no such grant", { status: 400, error: "unsupported_grant_type" }, /: enable it in the reg/],
  ])("with %s is a fault that quotes it", async (_, reply, words) => {
    const found = await findingsOf({}, replying(reply, keycloak.wrongSecret));

    expect(found).toEqual([expect.stringMatching(/^fault client authentication: the token end/)]);
    expect(found[0]).toMatch(words);
  });

  it.each([
    ["Client disabled.", /^fault clientId: this client is disabled at http.*: enable it there$/],
    ["Client not found.", /^fault clientId: http.* does not know this client/],
  ])("with the page %j is one fault", async (words, text) => {
    const page = `<div id="kc-error-message"><p class="instruction">${words}</p></div>`;
    const reply = replying(keycloak.disabled, keycloak.disabled, { status: 400, page });

    expect(await findingsOf({}, reply)).toEqual([expect.stringMatching(text)]);
  });

  it("that is disabled is a fault of the token endpoint if the page is in another language", async () => {
    const page = '<p class="instruction">Der Client ist deaktiviert.</p>';
    const reply = replying(keycloak.disabled, keycloak.disabled, { status: 400, page });

    expect(await findingsOf({}, reply)).toEqual([
      expect.stringMatching(/^fault client authentication: .* the client is disabled there or/),
      expect.stringMatching(/^unknown not known whether the issuer accepts .* with 400/),
    ]);
  });

  it("without the standard flow is a fault", async () => {
    const reply = replying(keycloak.invalidCode, keycloak.wrongSecret);
    const before = async (request: IncomingMessage, response: ServerResponse) => {
      const { url = "" } = request;
      const error = new URLSearchParams({
        error: "unauthorized_client",
        error_description:
          "Client is not allowed to initiate browser login with given response_type. Standard flow is disabled for the client.",
      });
      if (url.startsWith("/auth?")) response.writeHead(302, { Location: `${uri}?${error}` }).end();
      else await reply.before(request, response);
    };

    const found = await findingsOf({}, { before });

    expect(found.filter((line) => line.startsWith("fault"))).toEqual([
      expect.stringMatching(/"unauthorized_client .*: enable the authorization code flow in the/),
    ]);
  });
});

describe("a client that the token endpoint does not show", () => {
  it.each<[string, Reply | string, Reply, RegExp]>([
    [
      "a malformed request",
      { status: 400, error: "invalid_request", error_description: "AADSTS9002313" },
      keycloak.wrongSecret,
      /with 400 "invalid_request AADSTS9002313"$/,
    ],
    ["no JSON", "<h1>Not Found</h1>", keycloak.wrongSecret, /the token request to .* failed/],
    ["a server error", { status: 503, error: "busy" }, keycloak.wrongSecret, /failed/],
    [
      "a comparison that fails",
      keycloak.invalidCode,
      { status: 503, error: "busy" },
      /the token request to .* failed/,
    ],
  ])("because of %s is not known", async (_, right, other, words) => {
    const found = await findingsOf({}, replying(right, other));

    expect(found).toEqual([
      expect.stringMatching(
        /^unknown client authentication: not known whether the token endpoint accepts clientId/,
      ),
    ]);
    expect(found[0]).toMatch(words);
  });

  it.each(["incorrect_client_credentials", "bad_client_secret", "invalid_client_id"])(
    "by a standard error, but by %s, is a fault",
    async (error) => {
      const reply = { status: 200, error };

      const found = await findingsOf({ type: "oidc" }, replying(reply, reply));

      expect(found).toEqual([expect.stringMatching(/^fault client authentication: .* rejects/)]);
    },
  );
});

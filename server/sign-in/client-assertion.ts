import type { ClientAuth, ModifyAssertionFunction } from "openid-client";
import type { ChangingFiles } from "../config/changing-files.ts";
import { signingKey, type ClientKey } from "./client-key.ts";

/** RFC 7523 §2.2. */
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** A client assertion that another process writes to a file. Its errors never contain the token. */
export function parseAssertion(written: string): string {
  const token = written.trim();
  const [, payload, signature] = token.split(".");
  const expires = signature === undefined ? undefined : expiryOf(payload ?? "");
  if (expires === undefined) throw new Error("does not contain a signed token (a JWT)");
  if (expires > Date.now()) return token;
  throw new Error(`contains a token that expired on ${new Date(expires).toISOString()}: renew it`);
}

/** Milliseconds since the epoch; undefined = not a JWT. The issuer validates the rest. */
function expiryOf(payload: string): number | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString());
    if (typeof claims !== "object" || claims === null) return undefined;
    return "exp" in claims && typeof claims.exp === "number" ? claims.exp * 1000 : Infinity;
  } catch {
    return undefined;
  }
}

/** Sends the token in a file, with its current contents (Kubernetes, Entra workload identity). */
export function fileAssertion(files: ChangingFiles<string>): ClientAuth {
  return async (_, client, body) => {
    body.set("client_id", client.client_id);
    body.set("client_assertion_type", assertionType);
    body.set("client_assertion", await files.current());
  };
}

interface KeyNames {
  readonly keyId: string | undefined;
  readonly audience: "issuer" | "token_endpoint";
}

/**
 * `private_key_jwt`, valid for a minute and for one request. Its audience is the issuer: if it were an endpoint, one
 * issuer's metadata could obtain an assertion for another issuer.
 */
export function signedAssertion(
  files: ChangingFiles<ClientKey>,
  { keyId, audience }: KeyNames,
): ClientAuth {
  return async (metadata, client, body, headers) => {
    const { modifyAssertion, PrivateKeyJwt } = await import("openid-client");
    const used = await files.current();
    const taken = metadata.token_endpoint_auth_signing_alg_values_supported;
    const { algorithm, key } = signingKey(used, taken);
    const kid = keyId ?? used.kid;
    const modify: ModifyAssertionFunction = (header, payload) => {
      header.alg = algorithm; // Ed25519 has two names
      if (audience === "token_endpoint") payload.aud = metadata.token_endpoint;
    };
    const authenticate = PrivateKeyJwt(kid === undefined ? key : { key, kid }, {
      [modifyAssertion]: modify,
    });
    await authenticate(metadata, client, body, headers);
  };
}

const secretSeconds = 300;

/** Apple's client secret, signed anew for each request so that it never expires in use. */
export function secretFromKey(
  files: ChangingFiles<ClientKey>,
  { keyId, teamId }: { readonly keyId: string; readonly teamId: string },
): ClientAuth {
  return async ({ issuer }, { client_id: clientId }, body) => {
    const { SignJWT } = await import("jose");
    const { key } = signingKey(await files.current(), ["ES256"]);
    const seconds = Math.floor(Date.now() / 1000);
    const secret = await new SignJWT()
      .setProtectedHeader({ alg: "ES256", kid: keyId })
      .setIssuer(teamId)
      .setSubject(clientId)
      .setAudience(issuer)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + secretSeconds)
      .sign(key);
    body.set("client_id", clientId);
    body.set("client_secret", secret);
  };
}

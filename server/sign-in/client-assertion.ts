import { SignJWT } from "jose";
import { modifyAssertion, PrivateKeyJwt, type ClientAuth } from "openid-client";
import type { ChangingFiles } from "../config/changing-files.ts";
import { signingKey, type ClientKey } from "./client-key.ts";

/** RFC 7523 §2.2. */
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** A token of ours that somebody else writes into a file. Throws what is wrong with it, and never what it is. */
export function parseAssertion(written: string): string {
  const token = written.trim();
  const [, payload, signature] = token.split(".");
  const expires = signature === undefined ? undefined : expiryOf(payload ?? "");
  if (expires === undefined) throw new Error("holds no signed token (a JWT)");
  if (expires > Date.now()) return token;
  throw new Error(`holds a token that expired on ${new Date(expires).toISOString()}: renew it`);
}

/** Milliseconds since the epoch; undefined = it is no JWT. Who believes it checks the rest. */
function expiryOf(payload: string): number | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString());
    if (typeof claims !== "object" || claims === null) return undefined;
    return "exp" in claims && typeof claims.exp === "number" ? claims.exp * 1000 : Infinity;
  } catch {
    return undefined;
  }
}

/** Sends the token of a file, as the file is at that moment (Kubernetes, Entra workload identity). */
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
 * `private_key_jwt`, good for a minute and for one request. It is for the issuer: with an endpoint as its
 * audience, one issuer's metadata could have it made for another's.
 */
export function signedAssertion(
  files: ChangingFiles<ClientKey>,
  { keyId, audience }: KeyNames,
): ClientAuth {
  return async (metadata, client, body, headers) => {
    const used = await files.current();
    const taken = metadata.token_endpoint_auth_signing_alg_values_supported;
    const { algorithm, key } = signingKey(used, taken);
    const kid = keyId ?? used.kid;
    const authenticate = PrivateKeyJwt(kid === undefined ? key : { key, kid }, {
      [modifyAssertion](header, payload) {
        header.alg = algorithm; // the same curve has two names
        if (audience === "token_endpoint") payload.aud = metadata.token_endpoint;
      },
    });
    await authenticate(metadata, client, body, headers);
  };
}

/** Apple's client secret: made for each request, so that none is ever near its end. */
export function secretFromKey(
  files: ChangingFiles<ClientKey>,
  { keyId, teamId }: { readonly keyId: string; readonly teamId: string },
): ClientAuth {
  return async ({ issuer }, { client_id: clientId }, body) => {
    const { key } = signingKey(await files.current(), ["ES256"]);
    const secret = await new SignJWT()
      .setProtectedHeader({ alg: "ES256", kid: keyId })
      .setIssuer(teamId)
      .setSubject(clientId)
      .setAudience(issuer)
      .setIssuedAt()
      .setExpirationTime("5 minutes")
      .sign(key);
    body.set("client_id", clientId);
    body.set("client_secret", secret);
  };
}

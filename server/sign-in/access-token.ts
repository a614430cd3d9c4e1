import { errors, jwtVerify } from "jose";
import type { Claims } from "../../providers/claims.ts";
import { asymmetricAlgorithms } from "../policy/bearer-schema.ts";
import { AuthError } from "../errors.ts";
import { toleranceSeconds } from "./id-token.ts";
import type { RelyingParty } from "./relying-party.ts";

/**
 * What is in the access token of a sign-in, where a kind of issuer puts there what its ID token has not: signed
 * by the issuer, for our client, of the same subject. Throws "response_rejected" and "issuer_unreachable".
 */
export async function readAccessToken(
  { issuers, keys, settings: { clientId } }: RelyingParty,
  token: string,
  subject: string,
): Promise<Claims> {
  const { payload } = await jwtVerify(token, keys, {
    issuer: [...issuers],
    algorithms: [...asymmetricAlgorithms],
    requiredClaims: ["exp", "iat", "sub"],
    clockTolerance: toleranceSeconds,
  }).catch((cause: unknown) => {
    if (!(cause instanceof errors.JOSEError)) throw cause;
    throw rejected("is none of its issuer", cause);
  });
  if (payload.sub !== subject) throw rejected("is of somebody else than the ID token");
  if ((payload.azp ?? payload.client_id) !== clientId)
    throw rejected("was issued to another client");
  // Keycloak signs its ID tokens with the same key and calls them "ID".
  if (payload.typ !== undefined && payload.typ !== "Bearer") throw rejected("is no access token");
  return payload;
}

function rejected(fault: string, cause?: unknown): AuthError {
  return new AuthError("response_rejected", `the access token ${fault}`, { cause });
}

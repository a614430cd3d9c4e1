import { errors } from "jose";
import type { Claims } from "../../providers/claims.ts";
import { asymmetricAlgorithms } from "../policy/bearer-schema.ts";
import { AuthError } from "../errors.ts";
import type { RelyingParty } from "./relying-party.ts";
import { toleranceSeconds } from "./verify-jwt.ts";

/**
 * The claims of a sign-in's access token, for issuers that put claims there and not into the ID token; none if it
 * names no subject. Checks that the issuer signed it for our client and for no other subject. Throws
 * "response_rejected" and "issuer_unreachable".
 */
export async function readAccessToken(
  { issuers, verifyIssued, settings: { clientId } }: RelyingParty,
  token: string,
  subject: string,
): Promise<Claims> {
  const { payload } = await verifyIssued(token, {
    issuer: [...issuers],
    algorithms: [...asymmetricAlgorithms],
    requiredClaims: ["exp", "iat"],
    clockTolerance: toleranceSeconds,
  }).catch((cause: unknown) => {
    if (!(cause instanceof errors.JOSEError)) throw cause;
    throw rejected("failed validation", cause);
  });
  if (payload.sub !== undefined && payload.sub !== subject)
    throw rejected("has another subject than the ID token");
  if ((payload.azp ?? payload.client_id) !== clientId)
    throw rejected("was issued to another client");
  // Keycloak signs its ID tokens with the same key; their typ is "ID".
  if (payload.typ !== undefined && payload.typ !== "Bearer")
    throw rejected(`is not an access token: its typ is ${JSON.stringify(payload.typ)}`);
  // Without a subject nothing says whose claims these are, as in Keycloak's lightweight access tokens.
  return payload.sub === undefined ? {} : payload;
}

function rejected(fault: string, cause?: unknown): AuthError {
  return new AuthError("response_rejected", `the access token ${fault}`, { cause });
}

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
    const isForeign = cause instanceof errors.JWTClaimValidationFailed && cause.claim === "iss";
    throw isForeign ? foreign("failed validation", cause) : rejected("failed validation", cause);
  });
  if (payload.sub !== undefined && payload.sub !== subject)
    throw foreign("has another subject than the ID token");
  if ((payload.azp ?? payload.client_id) !== clientId)
    throw foreign("was issued to another client");
  // Keycloak signs its ID tokens with the same key; their typ is "ID".
  if (payload.typ !== undefined && payload.typ !== "Bearer")
    throw rejected(`is not an access token: its typ is ${JSON.stringify(payload.typ)}`);
  // Without a subject nothing says whose claims these are, as in Keycloak's lightweight access tokens.
  return payload.sub === undefined ? {} : payload;
}

function rejected(fault: string, cause?: unknown): AuthError {
  return new AuthError("response_rejected", `the access token ${fault}`, { cause });
}

/** The issuer signed it for another issuer, subject or client; a retry brings no other answer. */
class ForeignToken extends AuthError {}

function foreign(fault: string, cause?: unknown): AuthError {
  return new ForeignToken("response_rejected", `the access token ${fault}`, { cause });
}

export function isForeignToken(error: unknown): boolean {
  return error instanceof ForeignToken;
}

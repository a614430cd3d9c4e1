import { createHash } from "node:crypto";
import { errors, type JWTPayload, type JWTVerifyResult } from "jose";
import { text } from "../../providers/claims.ts";
import { asymmetricAlgorithms } from "../policy/bearer-schema.ts";
import type { RelyingParty } from "./relying-party.ts";
import { skewIn, skewOf } from "./clock-skew.ts";
import { metadataOf } from "./server-metadata.ts";
import { issuerFault } from "./tenants.ts";
import { toleranceSeconds } from "./verify-jwt.ts";

const longestType = 60;

type CheckedIdToken =
  | { readonly claims: JWTPayload }
  | {
      readonly fault: string;
      /** The issuer signed it for another issuer, client or tenant; a retry brings no other answer. */
      readonly isForeign: boolean;
      readonly cause?: unknown;
    };

/**
 * The checks of OpenID Connect Core §3.1.3.7, the signature included, without the nonce and `max_age` of a sign-in.
 * Throws "issuer_unreachable" or "issuer_broken" without the issuer's keys.
 */
export async function checkIdToken(
  written: string,
  accessToken: string | undefined,
  party: RelyingParty,
): Promise<CheckedIdToken> {
  let verified: JWTVerifyResult;
  try {
    verified = await party.verifyIssued(written, {
      audience: party.settings.clientId,
      algorithms: await algorithmsOf(party),
      requiredClaims: ["iss", "exp", "iat", "sub"],
      clockTolerance: toleranceSeconds,
    });
  } catch (cause) {
    if (!(cause instanceof errors.JOSEError)) throw cause;
    const fault = skewIn(cause) ?? "the ID token cannot be verified";
    return { fault, isForeign: isForOthers(cause), cause };
  }
  const { payload, protectedHeader } = verified;
  const kind = kindFault(protectedHeader.typ);
  if (kind !== undefined) return { fault: kind, isForeign: false };
  const foreign = recipientFault(payload, party);
  if (foreign !== undefined) return { fault: `the ID token ${foreign}`, isForeign: true };
  const fault = contentFault(payload) ?? hashFault(payload, protectedHeader.alg, accessToken);
  return fault === undefined ? { claims: payload } : { fault, isForeign: false };
}

/** OpenID Connect Core §2: RS256 is the default. */
async function algorithmsOf({ discover }: RelyingParty): Promise<string[]> {
  const { id_token_signing_alg_values_supported: announced = ["RS256"] } = metadataOf(
    await discover(),
  );
  return asymmetricAlgorithms.filter((algorithm) => announced.includes(algorithm));
}

function isForOthers(error: errors.JOSEError): boolean {
  if (!(error instanceof errors.JWTClaimValidationFailed)) return false;
  return error.reason === "check_failed" && error.claim === "aud";
}

/** RFC 8725 §3.11: an access token or a logout token (`at+jwt`, `logout+jwt`) is no ID token. */
function kindFault(typ: unknown): string | undefined {
  if (typ === undefined || (typeof typ === "string" && !/\+jwt$/i.test(typ))) return undefined;
  const written = JSON.stringify(typ).slice(0, longestType);
  return `the ID token is a token of another kind: its header typ is ${written}`;
}

function recipientFault(payload: JWTPayload, party: RelyingParty): string | undefined {
  const { aud, azp } = payload;
  const { clientId, audience = [] } = party.settings;
  const fault = issuerFault(party, payload);
  if (fault !== undefined) return fault;
  // Other audiences can use the token too, so the operator lists the trusted ones.
  const unknown = [aud]
    .flat()
    .find((entry) => entry !== clientId && !audience.includes(entry ?? ""));
  if (unknown !== undefined) return `also has the audience ${unknown}: not listed in \`audience\``;
  return azp !== undefined && azp !== clientId ? "was issued to another client" : undefined;
}

function contentFault({ sub, iat }: JWTPayload): string | undefined {
  if (text(sub) === undefined) return "the ID token has no subject (sub)";
  return skewOf("iat", iat);
}

/** Core §3.1.3.8: the left half of the access token's hash, with the signature's algorithm; Ed25519 uses SHA-512. */
function hashFault(
  { at_hash: expected }: JWTPayload,
  algorithm: string,
  accessToken = "",
): string | undefined {
  if (expected === undefined) return undefined;
  const bits = /(256|384|512)$/.exec(algorithm)?.[0] ?? "512";
  const digest = createHash(`sha${bits}`).update(accessToken).digest();
  return digest.subarray(0, digest.length / 2).toString("base64url") === expected
    ? undefined
    : "the access token does not match the at_hash of the ID token";
}

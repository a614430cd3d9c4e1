import { createHash } from "node:crypto";
import type { IDToken } from "openid-client";
import { claimAt, text } from "../../providers/claims.ts";
import { AuthError } from "../errors.ts";
import type { RelyingParty } from "./relying-party.ts";
import { issuerFault } from "./tenants.ts";

/** The clock skew that is tolerated. */
export const toleranceSeconds = 30;

/** The checks of OpenID Connect Core §3.1.3.7 that openid-client does not make. Throws "response_rejected". */
export function checkIdToken(
  idToken: IDToken,
  written: string,
  accessToken: string,
  party: RelyingParty,
): void {
  const fault = idTokenFault(idToken, party);
  if (fault !== undefined) throw new AuthError("response_rejected", `the ID token ${fault}`);
  checkAccessTokenHash(idToken, written, accessToken);
}

function idTokenFault(idToken: IDToken, party: RelyingParty): string | undefined {
  const { sub, aud, azp, iat } = idToken;
  const { clientId, audience = [] } = party.settings;
  const fault = issuerFault(party, idToken);
  if (fault !== undefined) return fault;
  if (text(sub) === undefined) return "has no subject (sub)";
  // Other audiences can use the token too, so the operator lists the trusted ones.
  const unknown = [aud].flat().find((entry) => entry !== clientId && !audience.includes(entry));
  if (unknown !== undefined) return `also has the audience ${unknown}: not listed in \`audience\``;
  if (azp !== undefined && azp !== clientId) return "was issued to another client";
  return iat > Date.now() / 1000 + toleranceSeconds
    ? "has an issue time (iat) in the future"
    : undefined;
}

/** Core §3.1.3.8: the left half of the access token's hash, with the signature's algorithm; Ed25519 uses SHA-512. */
function checkAccessTokenHash(
  { at_hash: expected }: IDToken,
  written: string,
  accessToken: string,
): void {
  if (expected === undefined) return;
  const header: unknown = JSON.parse(
    Buffer.from(written.split(".")[0] ?? "", "base64url").toString(),
  );
  const bits = text(claimAt(header, "alg"))?.match(/(256|384|512)$/)?.[0] ?? "512";
  const digest = createHash(`sha${bits}`).update(accessToken).digest();
  if (digest.subarray(0, digest.length / 2).toString("base64url") !== expected) {
    throw new AuthError(
      "response_rejected",
      "the access token does not match the at_hash of the ID token",
    );
  }
}

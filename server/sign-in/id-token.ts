import { createHash } from "node:crypto";
import type { IDToken } from "openid-client";
import { claimAt, text } from "../../providers/claims.ts";
import { AuthError } from "../errors.ts";
import type { RelyingParty } from "./relying-party.ts";
import { issuerFault } from "./tenants.ts";

/** Two clocks never agree to the second. */
export const toleranceSeconds = 30;

/** What openid-client leaves to us of OpenID Connect Core §3.1.3.7. Throws "response_rejected". */
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
  if (text(sub) === undefined) return "names no subject";
  // A token that others may use too must be for others whom we know.
  const stranger = [aud].flat().find((entry) => entry !== clientId && !audience.includes(entry));
  if (stranger !== undefined) return `is also for ${stranger}, whom \`audience\` does not name`;
  if (azp !== undefined && azp !== clientId) return "was issued to another client";
  return iat > Date.now() / 1000 + toleranceSeconds ? "is from the future" : undefined;
}

/** Core §3.1.3.8: the left half of the hash that the signature's algorithm has; Ed25519 hashes with SHA-512. */
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
      "the access token is not the one that the ID token names",
    );
  }
}

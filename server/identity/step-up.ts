import { claimAt, type Claims } from "../../providers/claims.ts";

/** What a rule asks of the sign-in itself: how long ago it may be, and how strong it was. */
export interface StepUp {
  readonly maxAgeMs: number | undefined;
  /** Any one of these Authentication Context Class References. */
  readonly acr: readonly string[] | undefined;
}

/** Two clocks, the issuer's and ours, and the way back from the issuer. */
const toleranceMs = 30_000;

/** OpenID Connect Core §2: `auth_time` in seconds, `acr` as text. A claim that is missing meets nothing. */
export function isMet({ maxAgeMs, acr }: StepUp, claims: Claims, now: number): boolean {
  if (maxAgeMs !== undefined) {
    const authTime = claimAt(claims, "auth_time");
    if (typeof authTime !== "number") return false;
    const ageMs = now - authTime * 1000;
    // A time that lies ahead would be fresh for ever; milliseconds in the place of seconds are such a time.
    if (ageMs > maxAgeMs + toleranceMs || ageMs < -toleranceMs) return false;
  }
  const reached = claimAt(claims, "acr");
  return acr === undefined || (typeof reached === "string" && acr.includes(reached));
}

export function isAsked({ maxAgeMs, acr }: StepUp): boolean {
  return maxAgeMs !== undefined || acr !== undefined;
}

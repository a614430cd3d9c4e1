import { claimAt, type Claims } from "../../providers/claims.ts";

/** A rule's requirements for the sign-in: its maximum age, and how the visitor authenticated. */
export interface StepUp {
  readonly maxAgeMs: number | undefined;
  /** Any one of these Authentication Context Class References. */
  readonly acr: readonly string[] | undefined;
}

/** Allows for the difference of two clocks and the redirect back from the issuer. */
const toleranceMs = 30_000;

/** OpenID Connect Core §2: `auth_time` in seconds, `acr` as text. A missing claim meets no requirement. */
export function isMet({ maxAgeMs, acr }: StepUp, claims: Claims, now: number): boolean {
  if (maxAgeMs !== undefined) {
    const authTime = claimAt(claims, "auth_time");
    if (typeof authTime !== "number") return false;
    const ageMs = now - authTime * 1000;
    // A time in the future, such as milliseconds in place of seconds, would be fresh for ever.
    if (ageMs > maxAgeMs + toleranceMs || ageMs < -toleranceMs) return false;
  }
  const reached = claimAt(claims, "acr");
  return acr === undefined || (typeof reached === "string" && acr.includes(reached));
}

export function isAsked({ maxAgeMs, acr }: StepUp): boolean {
  return maxAgeMs !== undefined || acr !== undefined;
}

/** The request parameters of OpenID Connect Core §3.1.2.1. A visitor who removes them is challenged again. */
export function stepUpParameters(stepUp: StepUp | undefined): [name: string, value: string][] {
  const { maxAgeMs, acr } = stepUp ?? {};
  return [
    ...(maxAgeMs === undefined ? [] : [["max_age", String(Math.floor(maxAgeMs / 1000))] as const]),
    ...(acr === undefined ? [] : [["acr_values", acr.join(" ")] as const]),
  ].map(([name, value]) => [name, value]);
}

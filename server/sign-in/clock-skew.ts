import { errors } from "jose";
import { claimAt } from "../../providers/claims.ts";
import { toleranceSeconds } from "./verify-jwt.ts";

/** How far a token's time is from this machine's, by the claim that shows it. */
const words: Readonly<Record<string, (seconds: number) => string>> = {
  exp: (seconds) => `the ID token expired ${seconds} s ago (exp)`,
  nbf: (seconds) => `the ID token is valid only in ${-seconds} s (nbf)`,
  iat: (seconds) => `the ID token has an issue time ${-seconds} s in the future (iat)`,
};

/** What the operator reads of a time outside the tolerance; undefined = within it. `nowMs` is since the epoch. */
export function skewOf(claim: string, time: unknown, nowMs = Date.now()): string | undefined {
  const seconds = typeof time === "number" ? Math.round(nowMs / 1_000 - time) : 0;
  const isOff = claim === "exp" ? seconds >= toleranceSeconds : -seconds > toleranceSeconds;
  if (!isOff) return undefined;
  return `${words[claim]?.(seconds)}, and ${toleranceSeconds} s are tolerated: synchronize the clocks of this machine and the issuer by NTP`;
}

/** The same for an error of jose or openid-client; undefined = it is about no time. */
export function skewIn(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const [claim, claims] =
      cause instanceof errors.JWTExpired || cause instanceof errors.JWTClaimValidationFailed
        ? [cause.claim, cause.payload]
        : [claimAt(cause.cause, "claim"), claimAt(cause.cause, "claims")];
    if (typeof claim !== "string" || !Object.hasOwn(words, claim)) continue;
    const skew = skewOf(claim, claimAt(claims, claim));
    if (skew !== undefined) return skew;
  }
  return undefined;
}

import { authErrorCodes } from "../errors.ts";
import { Counter, Gauge } from "./counter.ts";
import { labelOf } from "./series.ts";

const refreshResults = ["refreshed", "session_gone", "unexpected", ...authErrorCodes] as const;
/** A session that its visitor ended. `replaced` = by another sign-in of the browser. */
const leaveCauses = ["signed_out", "replaced"] as const;
export type LeaveCause = (typeof leaveCauses)[number];
/** A session that was found at its end. */
const foundCauses = ["lifetime", "idle", "revoked"] as const;
export type FoundCause = (typeof foundCauses)[number];

export function sessionCounts() {
  return {
    opened: new Counter({
      name: "doorward_sessions_opened_total",
      labels: [labelOf("provider")],
      help: "Sessions opened after a sign-in",
      use: "Together with doorward_sessions_ended_total, how the number of sessions develops.",
    }),
    ended: new Counter({
      name: "doorward_sessions_ended_total",
      labels: [labelOf("cause", [...leaveCauses, ...foundCauses, "issuer"])],
      help: "Sessions that this process ended or found at their end, by the cause",
      use: "A rise of `issuer` means that the issuer no longer renews sessions; of `revoked`, that an operator or the issuer revoked sessions. A session that is never used again is not counted.",
    }),
    refreshes: new Counter({
      name: "doorward_refreshes_total",
      labels: [labelOf("provider"), labelOf("result", refreshResults)],
      help: "Renewals of sessions at their issuer, by the result",
      use: "Failures other than `grant_ended` keep the session for its `grace`. Act before that ends.",
    }),
    cacheReads: new Counter({
      name: "doorward_session_cache_reads_total",
      labels: [labelOf("result", ["hit", "miss"])],
      help: "Session cookies found in this process's cache, and those that needed the store",
      use: "A low rate of `hit` means that requests of one browser reach many replicas, or that the revocation channel is down.",
    }),
    cacheEntries: new Gauge<[]>({
      name: "doorward_session_cache_entries",
      labels: [],
      help: "Sessions in this process's cache",
      use: "The cache is bounded: the 100,000 sessions used last always have a place, and at most twice as many are held.",
    }),
  };
}

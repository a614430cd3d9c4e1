import type { Results } from "./simulate.ts";

/** Documented: every replica ends a session within this time. */
const signOutMs = 100;
/** After its replica is the primary, Redis must be used again within this time. */
const recoveryMs = 3_000;

type Judged = Pick<Results, "lateMs" | "seconds"> & {
  readonly unexplained: readonly { readonly subject: string }[];
  readonly failovers: readonly {
    readonly promotedMs: number;
    readonly lastUnavailableMs: number;
  }[];
  readonly exchange: Pick<Results["exchange"], "exitCode">;
  readonly revocation: Pick<Results["revocation"], "signedInAgain">;
};

/** What must not happen, whatever fails. Empty = nothing did. */
export function faultsOf(results: Judged): string[] {
  const { lateMs, unexplained, failovers, exchange, revocation, seconds } = results;
  const late = lateMs.filter((ms) => ms > signOutMs);
  const broken = seconds.reduce((sum, { counts }) => sum + counts.broken, 0);
  const slow = failovers.filter((one) => one.lastUnavailableMs > one.promotedMs + recoveryMs);
  const faults: Record<string, boolean> = {
    [`${late.length} answers of 200 more than ${signOutMs} ms after the end of the session (${Math.max(0, ...late).toFixed(0)} ms)`]:
      late.length > 0,
    [`sessions lost, or ended and back, whose writes Redis had not lost: ${unexplained.map(({ subject }) => subject).join(", ")}`]:
      unexplained.length > 0,
    [`${broken} answers were neither 200 nor 503 nor a redirect`]: broken > 0,
    [`${slow.length} failovers caused 503s for ${recoveryMs} ms after the new primary`]:
      slow.length > 0,
    [`the ended replica exited with ${exchange.exitCode}`]: exchange.exitCode !== 0,
    [`${revocation.signedInAgain} of 10 could sign in after the revocation of all sessions`]:
      revocation.signedInAgain !== 10,
  };
  return Object.entries(faults).flatMap(([fault, isSo]) => (isSo ? [fault] : []));
}

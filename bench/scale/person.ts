/** A visitor with a session, as the simulation knows it. Times are milliseconds of `performance.now()`. */
export interface Person {
  readonly subject: string;
  readonly token: string;
  /** When the session was stored; undefined = before the simulation. */
  readonly signedInAt?: number;
  /** The first sign-out was sent. From then on, either answer is right until `endedAt`. */
  endingAt?: number;
  /** A sign-out or a revocation was confirmed. */
  endedAt?: number;
  /** When doorward asked for a sign-in although the session had not been ended. */
  lostAt?: number;
}

/** The answers that a simulation must count as faults. */
export type Verdict =
  | { readonly kind: "right" }
  /** A 200 for a session whose end was confirmed that long before the request. */
  | { readonly kind: "late"; readonly lateMs: number }
  /** A sign-in is asked for, and the session was not ended. */
  | { readonly kind: "lost" };

/** Judges an answer of /verify to a request that began at `begun`. 503 is right for everyone. */
export function judge(person: Person, status: number, begun: number): Verdict {
  const { endedAt, endingAt } = person;
  if (status === 200 && endedAt !== undefined && begun > endedAt)
    return { kind: "late", lateMs: begun - endedAt };
  const isRefused = status === 302 || status === 303 || status === 401;
  return isRefused && endingAt === undefined ? { kind: "lost" } : { kind: "right" };
}

/**
 * Whether a span that began at `since` still lasts. Before its beginning it does not: a clock that is set back
 * must not make an hour of a second.
 */
export function isWithin(time: number, since: number, until: number): boolean {
  return since <= time && time < until;
}

const firstPauseMs = 250;
const longestPauseMs = 5_000;
/** Where an old answer does, there is no hurry. */
const keptPauseMs = 5 * 60_000;
const lifetimeMs = 60 * 60_000;

/**
 * What was true an hour ago outlives a bad day. Only who asks `isStrict`ly hears of the failure once, to ask
 * nothing more of somebody who may be down.
 */
export type Cached<T> = (isStrict?: boolean) => Promise<T>;

/**
 * One question at a time, its answer kept for an hour. After a failure the next question waits twice as
 * long as the last one did, and whoever comes meanwhile gets the old answer or the failure at once.
 */
export function cached<T>(ask: () => Promise<T>, now: () => number): Cached<T> {
  let kept: { value: T; since: number; until: number } | undefined;
  let asking: Promise<T> | undefined;
  let failure: { error: unknown; since: number; until: number; pauseMs: number } | undefined;

  const answer = async (): Promise<T> => {
    try {
      const value = await ask();
      const since = now();
      kept = { value, since, until: since + lifetimeMs };
      failure = undefined;
      return value;
    } catch (error) {
      const longer = Math.min((failure?.pauseMs ?? firstPauseMs / 2) * 2, longestPauseMs);
      const pauseMs = kept === undefined ? longer : keptPauseMs;
      const since = now();
      failure = { error, pauseMs, since, until: since + pauseMs };
      throw error;
    } finally {
      asking = undefined;
    }
  };

  const leniently = (answered: Promise<T>): Promise<T> =>
    kept === undefined
      ? answered
      : answered.catch((error: unknown) => kept?.value ?? Promise.reject(error));

  return (isStrict = false) => {
    if (asking === undefined) {
      const time = now();
      const isPausing = failure !== undefined && isWithin(time, failure.since, failure.until);
      if (kept !== undefined && (isPausing || isWithin(time, kept.since, kept.until)))
        return Promise.resolve(kept.value);
      if (isPausing) return Promise.reject(failure?.error);
      asking = answer();
    }
    return isStrict ? asking : leniently(asking);
  };
}

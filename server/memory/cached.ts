/** Whether `time` lies in the span. False before `since`, so that a clock that is set back does not extend a span. */
export function isWithin(time: number, since: number, until: number): boolean {
  return since <= time && time < until;
}

const firstPauseMs = 250;
const longestPauseMs = 5_000;
/** The pause while an old value can be served. */
const keptPauseMs = 5 * 60_000;
const lifetimeMs = 60 * 60_000;

/**
 * Serves the cached value when a refresh fails. With `isStrict`, the caller gets the error of that refresh instead,
 * so that it sends no further request to a peer that may be down. During the pause, it gets the old value too.
 */
export type Cached<T> = (isStrict?: boolean) => Promise<T>;

/**
 * Makes one request at a time and keeps its result for an hour. After a failure, requests pause, twice as long
 * each time; callers during the pause get the old value or the failure at once.
 */
export function cached<T>(load: () => Promise<T>, now: () => number): Cached<T> {
  let kept: { value: T; since: number; until: number } | undefined;
  let loading: Promise<T> | undefined;
  let failure: { error: unknown; since: number; until: number; pauseMs: number } | undefined;

  const refresh = async (): Promise<T> => {
    try {
      const value = await load();
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
      loading = undefined;
    }
  };

  const orKept = (refreshed: Promise<T>): Promise<T> =>
    kept === undefined
      ? refreshed
      : refreshed.catch((error: unknown) => kept?.value ?? Promise.reject(error));

  return (isStrict = false) => {
    if (loading === undefined) {
      const time = now();
      const isPausing = failure !== undefined && isWithin(time, failure.since, failure.until);
      if (kept !== undefined && (isPausing || isWithin(time, kept.since, kept.until)))
        return Promise.resolve(kept.value);
      if (isPausing) return Promise.reject(failure?.error);
      loading = refresh();
    }
    return isStrict ? loading : orKept(loading);
  };
}

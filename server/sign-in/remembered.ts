const firstPauseMs = 250;
const longestPauseMs = 5_000;
const lifetimeMs = 60 * 60_000;

/**
 * One question at a time, its answer kept for an hour. After a failure the next question waits twice as
 * long as the last one did, and whoever comes meanwhile gets the failure at once.
 */
export function remembered<T>(ask: () => Promise<T>, now: () => number): () => Promise<T> {
  let kept: { value: T; at: number } | undefined;
  let asking: Promise<T> | undefined;
  let failure: { error: unknown; until: number; pauseMs: number } | undefined;

  const answer = async (): Promise<T> => {
    try {
      kept = { value: await ask(), at: now() };
      failure = undefined;
      return kept.value;
    } catch (error) {
      const pauseMs = Math.min((failure?.pauseMs ?? firstPauseMs / 2) * 2, longestPauseMs);
      failure = { error, pauseMs, until: now() + pauseMs };
      if (kept !== undefined) return kept.value; // what was true an hour ago outlives a bad day
      throw error;
    } finally {
      asking = undefined;
    }
  };

  return () => {
    if (asking !== undefined) return asking;
    const mayAsk = failure === undefined || now() >= failure.until;
    if (kept !== undefined && (now() < kept.at + lifetimeMs || !mayAsk))
      return Promise.resolve(kept.value);
    if (!mayAsk) return Promise.reject(failure?.error);
    asking = answer();
    return asking;
  };
}

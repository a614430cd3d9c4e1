/**
 * The clock, except that it throws in place of what is no time. Every comparison with NaN is false, so a session would
 * never expire.
 */
export function checkedClock(now: () => number): () => number {
  return () => {
    const time = now();
    if (Number.isFinite(time) && time >= 0) return time;
    throw new TypeError(`the clock returned ${String(time)}, which is not a time in milliseconds`);
  };
}

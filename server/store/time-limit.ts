import { AuthError } from "../errors.ts";

/**
 * The result of `work`, or an `AuthError` "store_unreachable" when it fails or takes longer than `timeoutMs`.
 * `onLate` is called when work that timed out ends after all.
 */
export async function inTime<T>(
  work: Promise<T>,
  timeoutMs: number,
  onLate?: () => void,
): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const giveUp = () => {
    if (onLate) work.then(onLate, onLate); // after a late failure, the write may have happened
    reject(new Error(`no response within ${timeoutMs} ms`));
  };
  // After a stall of this process the timer is due before it has read the responses that arrived meanwhile.
  let afterReading: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => (afterReading = setImmediate(giveUp)), timeoutMs);
  try {
    return await Promise.race([work, late]);
  } catch (cause) {
    throw new AuthError("store_unreachable", "the session store failed", { cause });
  } finally {
    clearTimeout(timer);
    clearImmediate(afterReading);
  }
}

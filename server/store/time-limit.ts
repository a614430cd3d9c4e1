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
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      if (onLate) work.then(onLate, onLate); // after a late failure, the write may have happened
      reject(new Error(`no response within ${timeoutMs} ms`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } catch (cause) {
    throw new AuthError("store_unreachable", "the session store failed", { cause });
  } finally {
    clearTimeout(timer);
  }
}

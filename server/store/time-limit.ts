import { AuthError } from "../errors.ts";

/**
 * The result of work that a visitor waits for, or an `AuthError` "store_unreachable" when it fails or takes
 * longer than `patienceMs`. `onLate` is called when work that was given up has ended after all.
 */
export async function inTime<T>(
  work: Promise<T>,
  patienceMs: number,
  onLate?: () => void,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      if (onLate) work.then(onLate, onLate); // of one that fails late, nobody knows what it did
      reject(new Error(`no answer in ${patienceMs} ms`));
    }, patienceMs);
  });
  try {
    return await Promise.race([work, late]);
  } catch (cause) {
    throw new AuthError("store_unreachable", "the session store failed", { cause });
  } finally {
    clearTimeout(timer);
  }
}

import { setTimeout as wait } from "node:timers/promises";

const pauseMs = 50;
/** Shorter than a renewal lease lasts without an extension, and shorter than a shutdown takes. */
const timeoutMs = 8_000;

/** Retries work that failed because the store was briefly unreachable. Throws the last failure. */
export async function retry(work: () => Promise<void>): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    await wait(pauseMs);
    try {
      return await work();
    } catch (error) {
      if (performance.now() >= deadline) throw error;
    }
  }
}

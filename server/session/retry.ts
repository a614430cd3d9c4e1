import { setTimeout as wait } from "node:timers/promises";

const pauseMs = 50;
/** As long as the lease of whoever asks an issuer is sure to last, and less than the end of a process takes. */
const patienceMs = 8_000;

/** Does again what a store that is away for a moment kept from being done. Throws the last failure. */
export async function retry(work: () => Promise<void>): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    await wait(pauseMs);
    try {
      return await work();
    } catch (error) {
      if (performance.now() >= deadline) throw error;
    }
  }
}

import { setTimeout as pause } from "node:timers/promises";

/** Polls until the condition is met, for state of another program that sends no event. */
export async function until(isMet: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 50_000;
  while (!(await isMet())) {
    if (Date.now() > deadline) throw new Error("the condition was not met within 50 seconds");
    await pause(20);
  }
}

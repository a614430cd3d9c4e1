import { getPriority, setPriority } from "node:os";
import { matchesHash } from "./matches-hash.ts";
import type { PasswordHash } from "./password-hash.ts";

/** What a worker of the hash pool receives. */
export interface HashTask {
  readonly password: string;
  readonly hash: PasswordHash;
}

const lowestPriority = 19;

// On Linux each thread has its own priority, so the thread of /verify goes first; elsewhere the whole process would be
// slowed. Still lower, a busy machine would delay right passwords beyond the time limit.
if (process.platform === "linux") lowerPriority();

function lowerPriority(): void {
  try {
    setPriority(Math.min(getPriority() + 10, lowestPriority));
  } catch {
    // A system call filter forbids it: the worker checks passwords with the priority that it has.
  }
}

export default function check({ password, hash }: HashTask): boolean {
  return matchesHash(password, hash);
}

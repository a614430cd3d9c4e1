import { readFileSync } from "node:fs";
import { fileText } from "../config/file-text.ts";
import type { Config } from "../config/schema.ts";
import { matchesHash } from "../credentials/matches-hash.ts";
import type { PasswordHash } from "../credentials/password-hash.ts";
import { parseUsers, type User } from "../credentials/users.ts";
import { reasonsOf } from "../observe/log.ts";
import { fault, ok, warning, type Finding } from "./finding.ts";

/** A longer check lets a few guesses a second fill the places that doorward has for them. */
const longMs = 100;
/** The lowest bcrypt cost that OWASP's password storage cheat sheet accepts. */
const leastBcryptCost = 10;
/** The memory of its argon2id parameters with two passes. */
const light = { memory: 19_456, passes: 2 };
const lightArgon2 = `argon2id with m=${light.memory},t=${light.passes},p=1`;

/** Measures each cost of the users file once on this machine, and warns of those that take long. */
export function passwordCosts({ users: file }: Config, measure = checkMs): Finding[] {
  if (file === undefined) return [];
  try {
    const users = parseUsers(file, fileText(readFileSync(file)).text);
    const byCost = Map.groupBy(users.values(), ({ hash }) => costOf(hash));
    return Array.from(byCost, ([cost, same]) => costFinding(cost, same, measure)).flat();
  } catch (error) {
    return [fault(`users: ${reasonsOf(error)}`)];
  }
}

function costFinding(
  cost: string,
  [first, ...others]: readonly User[],
  measure: (hash: PasswordHash) => number,
): Finding[] {
  if (first === undefined) return [];
  const ms = Math.round(measure(first.hash));
  const lines = `line ${first.line}${others.length > 0 ? ` and ${others.length} more` : ""}`;
  const takes = `users ${lines}: a check of ${cost} takes ${ms} ms on this machine`;
  if (ms <= longMs) return [ok(takes)];
  return [warning(`${takes}, more than ${longMs} ms: ${fixFor(first.hash, ms)}`)];
}

function costOf(hash: PasswordHash): string {
  return hash.kind === "bcrypt"
    ? `bcrypt with cost ${hash.cost}`
    : `argon2id with m=${hash.memory},t=${hash.passes},p=${hash.parallelism}`;
}

/** Each step of a bcrypt cost doubles its time. */
function fixFor(hash: PasswordHash, ms: number): string {
  if (hash.kind === "bcrypt") {
    const cost = hash.cost - Math.ceil(Math.log2(ms / longMs));
    return cost >= leastBcryptCost
      ? `hash the password again with htpasswd -B -C ${cost}`
      : `hash the password again with ${lightArgon2}`;
  }
  return hash.memory * hash.passes > light.memory * light.passes
    ? `hash the password again with ${lightArgon2}`
    : "no lower cost resists guessing; use a faster machine";
}

/** The faster of two, because the first one also compiles the code. */
function checkMs(hash: PasswordHash): number {
  const taken = [0, 1].map(() => {
    const begun = performance.now();
    matchesHash("", hash);
    return performance.now() - begun;
  });
  return Math.min(...taken);
}

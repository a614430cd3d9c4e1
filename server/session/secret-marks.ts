import * as v from "valibot";
import { deriveKey } from "../cookies/seal.ts";
import type { Store } from "../store/store.ts";

const key = "secrets:seen";
/** Longer than two renewals, so that one that fails does not matter. */
const keptMs = 25 * 60_000;
/** How often a running doorward renews its entry. */
export const renewMs = 10 * 60_000;
const mostKept = 8;

/**
 * Which secrets the doorwards at one store use: two without a common one cannot read each other's sessions, and every
 * visitor of both signs in again and again. A mark has 16 bits, far too few to test guesses of a secret with.
 */
export function fingerprintsOf(secrets: readonly string[]): string[] {
  return secrets.map((secret) => deriveKey(secret, "", "secret mark").toString("hex").slice(0, 4));
}

const record = v.object({
  doorwards: v.array(v.object({ marks: v.array(v.string()), until: v.number() })),
});

type Seen = v.InferOutput<typeof record>["doorwards"];

/** Whether a doorward that none of these secrets belongs to used the store lately. */
export async function hasOtherSecrets(
  store: Pick<Store, "get">,
  marks: readonly string[],
  now: number,
): Promise<boolean> {
  return areOthers(await read(store, now), marks);
}

/** Whether a doorward that one of these secrets belongs to used the store lately. */
export async function isUsedWith(
  store: Pick<Store, "get">,
  marks: readonly string[],
  now: number,
): Promise<boolean> {
  const seen = await read(store, now);
  return seen.some((one) => one.marks.some((mark) => marks.includes(mark)));
}

/**
 * Whether another doorward used the store lately; notes these secrets as used. Of two notes at one time, one may be lost
 * until its next renewal.
 */
export async function noteSecrets(
  store: Pick<Store, "get" | "set">,
  marks: readonly string[],
  now: number,
): Promise<boolean> {
  const seen = await read(store, now);
  const others = seen.filter((one) => one.marks.join() !== marks.join());
  const doorwards = [{ marks, until: now + keptMs }, ...others].slice(0, mostKept);
  await store.set(key, { doorwards }, keptMs / 1_000);
  return areOthers(others, marks);
}

async function read(store: Pick<Store, "get">, now: number): Promise<Seen> {
  const found = v.safeParse(record, await store.get(key));
  return found.success ? found.output.doorwards.filter(({ until }) => until > now) : [];
}

function areOthers(seen: Seen, marks: readonly string[]): boolean {
  return seen.some((one) => !one.marks.some((mark) => marks.includes(mark)));
}

/** For the log and for `check`. */
export const otherSecrets =
  "another doorward used this store with other secrets in the last 25 minutes: if it still runs, neither reads the other's sessions, and visitors sign in again and again; give both the same `secret`";

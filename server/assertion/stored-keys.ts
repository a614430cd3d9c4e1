import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import * as v from "valibot";
import { deriveKey, open, seal } from "../cookies/seal.ts";
import type { Store } from "../store/store.ts";
import {
  firstKeyList,
  parseKeyList,
  periodMs,
  rotatedKeyList,
  writeKeyList,
  type KeyList,
} from "./key-record.ts";

/** Each rotation writes the record again, so only keys that no doorward uses expire. */
const ttlSeconds = (3 * periodMs) / 1_000;
const claimMs = 10_000;
/** Of two processes that make the keys at once, the last write counts, and both read it after this time. */
const settleMs = 100;

const envelope = v.object({ sealed: v.string(), version: v.number() });

interface Stored {
  readonly keys: KeyList;
  readonly version: number;
}

type KeyStore = Pick<Store, "get" | "set" | "replace" | "claim" | "release">;

/**
 * The keys in the store, as all doorwards with this store and secret have them. Makes the first ones, and the next one
 * when it is due. The first secret seals them, and the others find those that it has none of yet. If the store lost
 * them, the `known` ones are written again, because apps have them. Throws "store_unreachable".
 */
export async function syncKeys(
  store: KeyStore,
  secrets: readonly string[],
  now: number,
  known?: KeyList,
): Promise<KeyList> {
  const [secret = "", ...earlier] = secrets;
  const stored = await read(store, secret);
  if (stored === undefined)
    return make(
      store,
      secret,
      async () => known ?? (await storedKeys(store, earlier)) ?? firstKeyList(now),
    );
  const next = rotatedKeyList(stored.keys, now);
  if (next === undefined) return stored.keys;
  const version = stored.version + 1;
  const value = { sealed: sealed(secret, next), version };
  if (await store.replace(nameOf(secret), value, ttlSeconds, stored.version)) return next;
  // Another doorward has just added its key.
  return (await read(store, secret))?.keys ?? stored.keys;
}

/** The keys in the store; undefined = there are none yet. */
export async function storedKeys(
  store: Pick<Store, "get">,
  secrets: readonly string[],
): Promise<KeyList | undefined> {
  for (const secret of secrets) {
    const stored = await read(store, secret);
    if (stored !== undefined) return stored.keys;
  }
  return undefined;
}

async function make(
  store: KeyStore,
  secret: string,
  create: () => Promise<KeyList>,
): Promise<KeyList> {
  const name = nameOf(secret);
  const holder = randomUUID();
  const isFirst = await store.claim(`${name}:new`, holder, claimMs);
  if (isFirst && (await read(store, secret)) === undefined) {
    const value = { sealed: sealed(secret, await create()), version: 1 };
    await store.set(name, value, ttlSeconds);
  }
  await pause(settleMs);
  const made = await read(store, secret);
  if (isFirst) await store.release(`${name}:new`, holder);
  if (made === undefined) throw new Error("another doorward is making the keys of assertions");
  return made.keys;
}

/** undefined = none, or a record that this secret did not seal, which counts as none. */
async function read(store: Pick<Store, "get">, secret: string): Promise<Stored | undefined> {
  const name = nameOf(secret);
  const found = v.safeParse(envelope, await store.get(name));
  if (!found.success) return undefined;
  const plaintext = open(sealingKey(secret), name, found.output.sealed);
  if (plaintext === undefined) return undefined;
  return { keys: parseKeyList(plaintext), version: found.output.version };
}

function sealed(secret: string, keys: KeyList): string {
  return seal(sealingKey(secret), nameOf(secret), writeKeyList(keys));
}

function sealingKey(secret: string): Buffer {
  return deriveKey(secret, "", "assertion keys");
}

/** A name for each secret: two doorwards with different secrets at one store would replace each other's keys. */
function nameOf(secret: string): string {
  const mark = deriveKey(secret, "", "assertion keys name").toString("hex").slice(0, 16);
  return `assertion:keys:${mark}`;
}

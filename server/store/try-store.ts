import { randomUUID } from "node:crypto";
import type { Config } from "../config/schema.ts";
import { factsOf, isFileDriver, type Reach } from "../config/storage-drivers.ts";
import { openStore } from "./open-store.ts";
import type { Store } from "./store.ts";

/** Tries every operation that sessions need, and returns one line on what the store offers. Throws on the first fault. */
export async function tryStore(settings: Config["storage"]): Promise<string> {
  const store = await openStore(settings);
  try {
    await tryVerbs(store);
  } finally {
    await store.close();
  }
  const { reach = "process", expires = false } = factsOf(settings) ?? {};
  const expiry = expires
    ? "the store removes expired records itself"
    : "doorward removes expired records";
  const folder = isFileDriver(settings.driver) ? `in ${settings.base}; ` : "";
  return `works; ${folder}${settings.driver === "redis" ? redis : reaches[reach]}; ${expiry}`;
}

const redis = "shared by all replicas; sign-outs reach them at once";

const reaches: Readonly<Record<Reach, string>> = {
  process: "sessions are lost when doorward stops",
  machine: "for one doorward process, not for replicas",
  shared: "shared by all replicas; sign-outs reach them within about a second",
};

async function tryVerbs(store: Store): Promise<void> {
  const id = randomUUID();
  const [record, claim] = [`check:${id}`, `check:${id}:claim`];
  // Several keys, because a single node of a Cluster accepts some keys and rejects others.
  await Promise.all(Array.from({ length: 20 }, (_, index) => store.get(`${record}:${index}`)));
  await store.set(record, { version: 1 }, 60);
  if ((await store.get(record)) === null) throw new Error("a written record cannot be read back");
  if (!(await store.replace(record, { version: 2 }, 60, 1)))
    throw new Error("a written record cannot be replaced");
  if (!(await store.claim(claim, id, 60_000))) throw new Error("a free key cannot be claimed");
  if (!(await store.extend(claim, id, 60_000))) throw new Error("a claim cannot be extended");
  await store.release(claim, id);
  await store.remove(record);
  if ((await store.get(record)) !== null) throw new Error("a removed record is still there");
  await trySet(store, id);
  if (!store.hearsAnnouncements)
    throw new Error(
      "announcements do not arrive: check that the storage user may use the publish/subscribe channels",
    );
}

/** Every sign-in adds a member to a set. */
async function trySet(store: Store, member: string): Promise<void> {
  const set = "check:set";
  await store.addMember(set, member, 60);
  if (!(await store.members(set)).includes(member))
    throw new Error("a written set cannot be read back");
  await store.removeMember(set, member);
}

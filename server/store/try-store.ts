import { randomUUID } from "node:crypto";
import type { Config } from "../config/schema.ts";
import { driverFacts, type Reach } from "../config/storage-drivers.ts";
import { openStore } from "./open-store.ts";
import type { Store } from "./store.ts";

/** Tries what sessions will ask of the store, and says in a line what kind of one it is. Throws what is wrong. */
export async function tryStore(settings: Config["storage"]): Promise<string> {
  const store = await openStore(settings);
  try {
    await tryVerbs(store);
  } finally {
    await store.close();
  }
  const { reach = "process", expires = false } = driverFacts[settings.driver] ?? {};
  const expiry = expires ? "lets go of the expired by itself" : "doorward removes the expired";
  return `works; ${settings.driver === "redis" ? redis : reaches[reach]}; ${expiry}`;
}

const redis = "shared by all replicas, which hear of a sign-out at once";

const reaches: Readonly<Record<Reach, string>> = {
  process: "sessions end with the process",
  machine: "for one doorward, not for replicas",
  shared: "shared by all replicas, which hear of a sign-out within about a second",
};

async function tryVerbs(store: Store): Promise<void> {
  const id = randomUUID();
  const [record, claim] = [`check:${id}`, `check:${id}:claim`];
  // Several, for a single node of a Cluster takes some keys and refuses others.
  await Promise.all(Array.from({ length: 20 }, (_, index) => store.get(`${record}:${index}`)));
  await store.set(record, { version: 1 }, 60);
  if ((await store.get(record)) === null) throw new Error("what was written cannot be read back");
  if (!(await store.replace(record, { version: 2 }, 60, 1)))
    throw new Error("what was written cannot be written over");
  if (!(await store.claim(claim, id, 60_000))) throw new Error("nothing can be claimed");
  if (!(await store.extend(claim, id, 60_000))) throw new Error("a claim cannot be kept");
  await store.release(claim, id);
  await store.remove(record);
  if ((await store.get(record)) !== null) throw new Error("what was removed is still there");
  if (!store.hearsAnnouncements)
    throw new Error("announcements do not arrive: the storage's user may lack the channels");
}

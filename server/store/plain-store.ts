import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { Storage } from "unstorage";
import * as v from "valibot";
import type { Log } from "../observe/log.ts";
import type { DriverFacts, Reach } from "../config/storage-drivers.ts";
import { ExpiryIndex } from "./expiry-index.ts";
import { LocalAnnouncements, type Announcements } from "./local-announcements.ts";
import { LocalClaims } from "./local-claims.ts";
import { PolledAnnouncements } from "./polled-announcements.ts";
import { createPlainSets } from "./plain-sets.ts";
import { Records } from "./records.ts";
import { settleMs, SharedClaims } from "./shared-claims.ts";
import type { Store } from "./store.ts";
import { startSweeping } from "./sweeping.ts";
import { inTime } from "./time-limit.ts";
import { Writes } from "./writes.ts";

/** A visitor waits for the store: after this time the response is 503. */
const timeoutMs = 900;
/**
 * Sign-ins within this time share a write of the expiry index. The files of a session that began this shortly before a
 * crash are never swept. Replicas of a shared store are stopped far more often, so there each entry is stored first.
 */
const indexDelayMs = 100;

const versioned = v.looseObject({ version: v.number() });
const dated = v.looseObject({ until: v.optional(v.number()) });

interface PlainStoreParts extends DriverFacts {
  readonly log?: Log | undefined;
  readonly now?: () => number;
}

/** A `Store` on any unstorage driver. Features that the driver lacks are emulated as far as possible. */
export function createStore(
  storage: Storage,
  { reach, expires, log, now = Date.now }: PlainStoreParts = { reach: "process", expires: true },
): Store {
  const isShared = reach === "shared";
  const delay = isShared ? undefined : { ms: indexDelayMs, log };
  const index = expires === true ? undefined : new ExpiryIndex(storage, now, delay);
  const records = new Records(storage, now, index);
  const writes = new Writes(timeoutMs, (key) => records.remove(key));
  const claims = isShared ? new SharedClaims(records) : new LocalClaims();
  const announcements = announcementsOf(storage, reach, log);
  const stopSweeping = index && startSweeping({ index, records, writes, claims, log });
  const timely = <T>(work: Promise<T>) => inTime(work, timeoutMs);
  return {
    get: (key) => timely(records.read(key)),
    set: (key, value, ttlSeconds, onLate) =>
      writes.write(key, () => records.write(key, value, ttlSeconds * 1000), onLate),
    replace: (key, value, ttlSeconds, expected) =>
      writes.write(key, async () => {
        if (!(await isVersion(records, key, expected))) return false;
        await records.write(key, value, ttlSeconds * 1000);
        return !isShared || (await isKept(records, key, value));
      }),
    remove: (key) => writes.remove(key),
    claim: (...claim) => timely(claims.claim(...claim)),
    extend: (...claim) => timely(claims.extend(...claim)),
    release: (...claim) => timely(claims.release(...claim)),
    ...createPlainSets(storage, records, writes),
    isOwn: !isShared,
    isPrivate: reach === "process",
    announce: (announcement) => timely(announcements.announce(announcement)),
    onAnnounced: (listener) => announcements.onAnnounced(listener),
    get hearsAnnouncements() {
      return announcements.isReceiving;
    },
    get announcementLagMs() {
      return announcements.lagMs;
    },
    onReconnected: (listener) => announcements.onReconnected(listener),
    async close() {
      stopSweeping?.();
      announcements.close();
      await index?.close();
      await storage.dispose();
    },
  };
}

function announcementsOf(storage: Storage, reach: Reach, log: Log | undefined): Announcements {
  if (reach === "process") return new LocalAnnouncements();
  return new PolledAnnouncements(storage, { isTrusted: reach === "machine", log });
}

async function isVersion(records: Records, key: string, expected: number): Promise<boolean> {
  const stored = v.safeParse(versioned, await records.read(key));
  return stored.success && stored.output.version === expected;
}

/** In a shared store without compare-and-set, the last writer wins: reads back which one that was. */
async function isKept(records: Records, key: string, value: object): Promise<boolean> {
  await pause(settleMs);
  const read = v.safeParse(dated, await records.read(key));
  if (!read.success) return false;
  const { until: _, ...kept } = read.output;
  return isDeepStrictEqual(kept, { ...value });
}

import type { Config } from "../config/schema.ts";
import { ListedSessions } from "../session/listed-sessions.ts";
import type { Store } from "../store/store.ts";

/** Longer than a poll for announcements and a write of the service together. Only Redis compares and sets atomically. */
const settleMs = 2_000;

/** The sessions of the service, for a command next to it. */
export function openListedSessions({ secret, session, storage }: Config, store: Store) {
  return new ListedSessions({
    store,
    secrets: secret,
    lifetimeMs: session.lifetime,
    idleMs: session.idle,
    now: Date.now,
    settleMs: storage.driver === "redis" ? 0 : settleMs,
  });
}

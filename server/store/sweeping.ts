import { randomUUID } from "node:crypto";
import { reasonsOf, type Log } from "../observe/log.ts";
import type { ExpiryIndex } from "./expiry-index.ts";
import type { Records } from "./records.ts";
import type { Store } from "./store.ts";
import type { Writes } from "./writes.ts";

const everyMs = 600_000;

interface Sweeping {
  readonly index: ExpiryIndex;
  readonly records: Records;
  readonly writes: Writes;
  readonly claims: Pick<Store, "claim">;
  readonly log: Log | undefined;
}

/** Removes expired records in the background, one at a time, on one replica at a time. */
export function startSweeping({ index, records, writes, claims, log }: Sweeping): () => void {
  const holder = randomUUID();
  const sweep = async () => {
    if (!(await claims.claim("sweep", holder, everyMs / 2))) return;
    // Queued with the other writes of the key: otherwise a record that is being rewritten could be lost.
    await index.sweep((key) => writes.write(key, () => records.removeIfOver(key)));
  };
  const timer = setInterval(() => {
    sweep().catch((error: unknown) =>
      log?.warn({ reason: reasonsOf(error) }, "could not remove expired records"),
    );
  }, everyMs).unref();
  return () => clearInterval(timer);
}

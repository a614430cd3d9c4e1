import type { Config } from "../config/schema.ts";
import { readKeys } from "../assertion/key-file.ts";
import type { PublicKey } from "../assertion/signing-key.ts";
import { syncKeys } from "../assertion/stored-keys.ts";
import { factsOf } from "../config/storage-drivers.ts";
import { createLog } from "../observe/log.ts";
import { fingerprintsOf, hasOtherSecrets } from "../session/secret-marks.ts";
import { openStore } from "../store/open-store.ts";

/** Each secret has keys of its own. */
const otherSecretKeys =
  "another doorward used this store with other secrets in the last 25 minutes: if it is the one in front of your apps, these are not its keys; run this command with its configuration and its environment";

/**
 * The public keys of assertions. Makes the first ones if the store has none, so that an app or a proxy can have them
 * before the service starts. Throws if this process cannot reach the store.
 */
export async function publicKeys({
  assertion,
  secret,
  storage,
}: Config): Promise<readonly PublicKey[]> {
  if (assertion === undefined)
    throw new Error("assertion: is not set, so there are no keys: add `assertion: {}`");
  if (assertion.key !== undefined) return readKeys(assertion.key).map(({ published }) => published);
  if (factsOf(storage)?.reach === "process") {
    const reason = `storage.driver "${storage.driver}" keeps the keys in the memory of the serving process`;
    throw new Error(`${reason}: read them at the admin listener, or use another driver`);
  }
  const store = await openStore(storage);
  try {
    const now = Date.now();
    if (await hasOtherSecrets(store, fingerprintsOf(secret), now))
      createLog(process.stderr).warn({ store: storage.driver }, otherSecretKeys);
    const keys = await syncKeys(store, secret, now);
    return keys.map(({ key }) => key.published);
  } finally {
    await store.close();
  }
}

import { readKeys } from "../assertion/key-file.ts";
import { signerAt } from "../assertion/key-record.ts";
import type { SigningKey } from "../assertion/signing-key.ts";
import { storedKeys } from "../assertion/stored-keys.ts";
import type { Config } from "../config/schema.ts";
import { factsOf } from "../config/storage-drivers.ts";
import { reasonsOf } from "../observe/log.ts";
import { openStore } from "../store/open-store.ts";
import { fault, ok, type Finding } from "./finding.ts";

/** Names the key that signs assertions. */
export async function checkAssertion(config: Config): Promise<Finding[]> {
  const { assertion } = config;
  if (assertion === undefined) return [];
  try {
    const key = assertion.key === undefined ? await keyInStore(config) : readKeys(assertion.key)[0];
    if (key === undefined)
      return [ok("assertion: no key yet; doorward makes the first one when it starts")];
    const { kid, alg } = key.published;
    return [ok(`assertion: ${assertion.header} is signed by the key ${kid} (${alg})`)];
  } catch (error) {
    return [fault(`assertion: ${reasonsOf(error)}`)];
  }
}

async function keyInStore({ storage, secret }: Config): Promise<SigningKey | undefined> {
  if (factsOf(storage)?.reach === "process") return undefined;
  const store = await openStore(storage);
  try {
    const keys = await storedKeys(store, secret);
    return keys && signerAt(keys, Date.now());
  } finally {
    await store.close();
  }
}

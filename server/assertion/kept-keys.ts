import { reasonsOf, type Log } from "../observe/log.ts";
import type { Store } from "../store/store.ts";
import type { AssertionKeys } from "./assertion-keys.ts";
import { signerAt, type KeyList } from "./key-record.ts";
import type { PublicKey, SigningKey } from "./signing-key.ts";
import { syncKeys } from "./stored-keys.ts";

/** How often a replica reads the keys. The next key is published for a month before it signs. */
const everyMs = 60_000;
/** The same after a change or a failure. */
const soonMs = 1_000;

interface Parts {
  readonly store: Store;
  readonly secrets: readonly string[];
  readonly log: Log;
  readonly now: () => number;
}

/** The keys in the store, read again every minute. While the store is unreachable, those read before stay in use. */
export class KeptKeys implements AssertionKeys {
  readonly #parts: Parts;
  #keys: KeyList | undefined;
  #loading: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isFailing = false;
  #isClosed = false;

  signer: SigningKey | undefined;

  /** Starts with the keys of the service `before` a reload, if they are those of this store and first secret. */
  constructor(parts: Parts, before?: AssertionKeys) {
    this.#parts = parts;
    if (!(before instanceof KeptKeys) || !before.#isOf(parts)) return;
    this.#keys = before.#keys;
    this.signer = before.signer;
  }

  get published(): readonly PublicKey[] {
    return this.#keys?.map(({ key }) => key.published) ?? [];
  }

  /** Loads the keys, and again after a minute; after a second if there are none, or new ones. Never fails. */
  load(): Promise<void> {
    clearTimeout(this.#timer);
    this.#loading = this.#load();
    return this.#loading;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#loading;
  }

  /** A new first secret may replace one that another person has, so it never continues the keys in memory. */
  #isOf({ store, secrets }: Pick<Parts, "store" | "secrets">): boolean {
    return this.#parts.store === store && this.#parts.secrets[0] === secrets[0];
  }

  async #load(): Promise<void> {
    const { store, secrets, now } = this.#parts;
    const before = this.#keys;
    try {
      this.#keys = sameKeys(before, await syncKeys(store, secrets, now(), before));
      this.#isFailing = false;
    } catch (error) {
      this.#report(error);
    }
    if (this.#keys !== undefined) this.signer = signerAt(this.#keys, now());
    if (this.#isClosed) return;
    // A store without compare-and-set may keep the keys that another doorward wrote at the same time.
    const isSettled = this.#keys !== undefined && this.#keys === before;
    const waitMs = isSettled ? everyMs : soonMs;
    this.#timer = setTimeout(() => void this.load(), waitMs).unref();
  }

  /** Once for each outage. */
  #report(error: unknown): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    const reason = reasonsOf(error);
    if (this.#keys === undefined)
      this.#parts.log.error(
        { reason },
        "no key for assertions; refusing every request with an identity, and trying again each second",
      );
    else
      this.#parts.log.warn(
        { reason },
        "could not read the keys of assertions; still using the previous ones",
      );
  }
}

/** The keys before, if they are equal: a signed response is used as long as its key is the same object. */
function sameKeys(before: KeyList | undefined, read: KeyList): KeyList {
  return before !== undefined && idsOf(before) === idsOf(read) ? before : read;
}

function idsOf(keys: KeyList): string {
  return keys.map(({ key, signsFrom }) => `${key.published.kid} ${signsFrom}`).join();
}

import { createHmac } from "node:crypto";
import { deriveKey } from "../cookies/seal.ts";
import type { Identity } from "../identity/identity.ts";
import type { Store } from "../store/store.ts";
import type { SessionRecord } from "./record.ts";

/** A person, as an issuer knows them. */
export type Person = Pick<Identity, "issuer" | "subject">;

type Listed = Pick<SessionRecord, "identity" | "expiresAt">;

/** A session outlives no entry, even if the clocks of replicas differ. */
const clockErrorMs = 24 * 60 * 60_000;
/** The characters of a hash that the name of a person's set keeps. */
const nameLength = 32;
export const sessionPrefix = "session:";
const sessionKey = /^session:[0-9a-f]{64}$/;

/**
 * The sessions of each person, so that nothing has to be searched for them. A person's set has a keyed hash as its name:
 * the store alone cannot be searched for people who are known. An entry whose session has ended is harmless.
 */
export class SubjectIndex {
  readonly #store: Store;
  readonly #keys: readonly Buffer[];

  constructor(store: Store, secrets: readonly string[]) {
    this.#store = store;
    this.#keys = secrets.map((secret) => deriveKey(secret, "", "sessions of a subject"));
  }

  /** Lists a session under its person. `key` is its key in the store. Throws "store_unreachable". */
  async add(key: string, record: Listed, now: number) {
    const { set, member, memberTtlSeconds } = this.entryOf(key, record, now);
    await this.#store.addMember(set, member, memberTtlSeconds);
  }

  /** What lists a session under its person, with the first secret. */
  entryOf(key: string, { identity, expiresAt }: Listed, now: number) {
    const [set] = this.#setsOf(identity);
    if (set === undefined) throw new TypeError("no secret is configured");
    const memberTtlSeconds = Math.ceil((expiresAt - now + clockErrorMs) / 1000);
    return { set, member: memberOf(key), memberTtlSeconds };
  }

  /** Drops the entry of a session that has ended. */
  async remove(key: string, person: Person): Promise<void> {
    for (const set of this.#setsOf(person)) await this.#store.removeMember(set, memberOf(key));
  }

  /** The keys of a person's sessions, some of which may have ended. */
  async keysOf(person: Person): Promise<string[]> {
    const found = await Promise.all(this.#setsOf(person).map((set) => this.#store.members(set)));
    return [...new Set(found.flat())].map((member) => sessionPrefix + member).filter(isSessionKey);
  }

  /** One for each secret: the first one counts for new sessions. */
  #setsOf({ issuer, subject }: Person): string[] {
    const person = JSON.stringify([issuer, subject]);
    return this.#keys.map((key) => {
      const hash = createHmac("sha256", key).update(person).digest("hex");
      return `subject:${hash.slice(0, nameLength)}`;
    });
  }
}

/** Another process with the store may have written other names. */
export function isSessionKey(key: string): boolean {
  return sessionKey.test(key);
}

function memberOf(key: string): string {
  return key.slice(sessionPrefix.length);
}

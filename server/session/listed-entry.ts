import * as v from "valibot";
import { deriveKey, open, seal } from "../cookies/seal.ts";
import type { SessionRecord } from "./record.ts";

const text = v.optional(v.string());

const schema = v.object({
  identity: v.object({ provider: v.string(), issuer: v.string(), subject: v.string() }),
  site: v.string(),
  sid: text,
  tombstones: v.object({ all: text, subject: text }),
  createdAt: v.number(),
  expiresAt: v.number(),
  usedAt: v.number(),
  signIn: v.optional(v.object({ address: text, browser: text })),
});

/** What an operator sees of a session. Nothing in it opens the session. Times are milliseconds since the epoch. */
export type ListedEntry = v.InferOutput<typeof schema>;

/**
 * Encrypts what a list shows of a session, by `secret` alone: the record itself opens only with the browser's cookie.
 * The entry is part of the same stored value, so that it begins, changes and ends with the session.
 */
export class ListedEntries {
  readonly #keys: readonly Buffer[];

  constructor(secrets: readonly string[]) {
    this.#keys = secrets.map((secret) => deriveKey(secret, "", "list of sessions"));
  }

  /** `key` is the session's key in the store. */
  seal(key: string, record: SessionRecord): string {
    const { identity, site, sid, tombstones, createdAt, expiresAt, usedAt, signIn } = record;
    const { provider, issuer, subject } = identity;
    const who = { provider, issuer, subject };
    const entry = { identity: who, site, sid, tombstones, createdAt, expiresAt, usedAt, signIn };
    return seal(this.#keys[0] ?? Buffer.alloc(0), contextOf(key), JSON.stringify(entry));
  }

  /** undefined = no configured secret opens it, or it was written for another key. */
  open(key: string, sealed: string): ListedEntry | undefined {
    for (const secret of this.#keys) {
      const plaintext = open(secret, contextOf(key), sealed);
      // A holder of the secret wrote it, so it is JSON; another version may have written other fields.
      const read = plaintext === undefined ? undefined : v.safeParse(schema, JSON.parse(plaintext));
      if (read?.success === true) return read.output;
    }
    return undefined;
  }
}

function contextOf(key: string): string {
  return `listed ${key}`;
}

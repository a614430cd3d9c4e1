import { createHash } from "node:crypto";
import * as v from "valibot";
import { deriveKey, open, seal } from "../cookies/seal.ts";
import type { Store } from "../store/store.ts";
import { createToken, isToken } from "./token.ts";

const envelope = v.object({ sealed: v.string() });

/**
 * Records that only the holder of a random token can find and read, encrypted in the store like sessions. Each purpose
 * has keys of its own, so that no token counts as one of another purpose.
 */
export class TokenRecords<Value extends object> {
  readonly #store: Store;
  readonly #secrets: readonly string[];
  readonly #purpose: string;
  readonly #schema: v.GenericSchema<unknown, Value>;

  constructor(parts: {
    readonly store: Store;
    readonly secrets: readonly string[];
    readonly purpose: string;
    readonly schema: v.GenericSchema<unknown, Value>;
  }) {
    this.#store = parts.store;
    this.#secrets = parts.secrets;
    this.#purpose = parts.purpose;
    this.#schema = parts.schema;
  }

  /** Writes a record and returns its token. Throws "store_unreachable", like every method here. */
  async create(value: Value, ttlMs: number): Promise<string> {
    const token = createToken();
    const key = this.#keyOf(token);
    const sealed = seal(this.#cipherKey(this.#secrets[0] ?? "", token), key, JSON.stringify(value));
    await this.#store.set(key, { sealed }, Math.ceil(ttlMs / 1000));
    return token;
  }

  /** The record, if a configured secret opens it. */
  async read(token: string): Promise<Value | undefined> {
    if (!isToken(token)) return undefined;
    const key = this.#keyOf(token);
    const stored = v.safeParse(envelope, await this.#store.get(key));
    if (!stored.success) return undefined;
    for (const secret of this.#secrets) {
      const text = open(this.#cipherKey(secret, token), key, stored.output.sealed);
      if (text === undefined) continue;
      const result = v.safeParse(this.#schema, JSON.parse(text));
      return result.success ? result.output : undefined;
    }
    return undefined;
  }

  remove(token: string): Promise<void> {
    return this.#store.remove(this.#keyOf(token));
  }

  #cipherKey(secret: string, token: string): Buffer {
    return deriveKey(secret, token, this.#purpose);
  }

  #keyOf(token: string): string {
    return `${this.#purpose}:${createHash("sha256").update(token).digest("hex")}`;
  }
}

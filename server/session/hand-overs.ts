import { createHash } from "node:crypto";
import * as v from "valibot";
import type { Site } from "../config/site.ts";
import { AuthError } from "../errors.ts";
import type { Store } from "../store/store.ts";
import { TokenRecords } from "./token-records.ts";

/** From the redirect at the sign-in's site to the request at the host: the browser makes both at once. */
const handOverMs = 30_000;

const handOver = v.object({
  parent: v.string(),
  site: v.string(),
  returnTo: v.string(),
  codeChallenge: v.string(),
  until: v.number(),
});
type HandOver = v.InferOutput<typeof handOver>;

/** What the browser has at the host: its transaction there. */
interface Redeeming {
  readonly site: Site;
  readonly returnTo: string;
  readonly codeVerifier: string;
}

/**
 * The codes by which a browser takes its session to the host of an app (`session.perHost`). As an authorization code
 * (RFC 6749 §4.1.2, RFC 7636), a code is random, short-lived and used once, and bound to one host, to the transaction of
 * one browser there, and to its return target.
 */
export class HandOvers {
  readonly #store: Store;
  readonly #records: TokenRecords<HandOver>;
  readonly #now: () => number;

  constructor(parts: {
    readonly store: Store;
    readonly secrets: readonly string[];
    readonly now: () => number;
  }) {
    const { store, secrets, now } = parts;
    this.#store = store;
    this.#now = now;
    this.#records = new TokenRecords({ store, secrets, purpose: "hand-over", schema: handOver });
  }

  /** A code for the session `parent`. Throws "store_unreachable". */
  issue(handed: Omit<HandOver, "until">): Promise<string> {
    return this.#records.create({ ...handed, until: this.#now() + handOverMs }, handOverMs);
  }

  /**
   * The token of the session that a code hands over. Throws "transaction_expired" if it is unknown or too old,
   * "transaction_missing" if it was issued for another host, browser or target, "transaction_used" if another request
   * used it, and "store_unreachable".
   */
  async redeem(code: string, { site, returnTo, codeVerifier }: Redeeming): Promise<string> {
    const found = await this.#records.read(code);
    if (found === undefined || this.#now() >= found.until)
      throw new AuthError("transaction_expired", "the hand-over code is unknown, used or too old");
    if (found.site !== site.id)
      throw new AuthError("transaction_missing", `the hand-over code is for ${found.site}`);
    await this.#spend(code);
    if (found.codeChallenge !== codeChallengeOf(codeVerifier) || found.returnTo !== returnTo)
      throw new AuthError("transaction_missing", "the hand-over code is for another transaction");
    return found.parent;
  }

  /**
   * Spends a code that arrived at its host in a browser that began no hand-over there. A script of the app could read the
   * address of that page and use the code in another browser. Throws "store_unreachable".
   */
  async discard(code: string, site: Site): Promise<void> {
    const found = await this.#records.read(code);
    if (found?.site === site.id) await this.#records.remove(code);
  }

  async #spend(code: string): Promise<void> {
    const spent = sha256(code);
    if (!(await this.#store.claim(`handed-over:${spent}`, spent, 2 * handOverMs)))
      throw new AuthError("transaction_used", "the hand-over code was already used");
    await this.#records.remove(code);
  }
}

/** RFC 7636 §4.2, method S256. */
export function codeChallengeOf(codeVerifier: string): string {
  return sha256(codeVerifier);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

import { randomBytes } from "node:crypto";
import * as v from "valibot";
import type { Site } from "../config/site.ts";
import { readCookie, setCookie } from "../session/cookie.ts";
import { deriveKey, open, seal } from "../session/seal.ts";

/** One sign-in in progress. All of it lives, sealed, in a cookie of its own; the server keeps nothing. */
export interface Transaction {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly provider: string;
  readonly returnTo: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

const lifetimeMs = 10 * 60_000;
const mostPending = 8;
/** All cookies of ours together stay under 4 KiB, or nginx's header buffers are next to overflow. */
const mostPendingBytes = 3_900;

const stateGrammar = /^[A-Za-z0-9_-]{22}$/;

const sealedSchema = v.strictTuple([v.string(), v.string(), v.string(), v.string(), v.number()]);

export class Transactions {
  readonly #keys: readonly Buffer[];
  readonly #now: () => number;

  constructor(secrets: readonly string[], now: () => number) {
    this.#keys = secrets.map((secret) => deriveKey(secret, "", "transaction"));
    this.#now = now;
  }

  /** A new one, and the `Set-Cookie` values that keep it and drop the oldest that are too many. */
  begin(
    site: Site,
    cookies: string | undefined,
    provider: string,
    returnTo: string,
  ): { transaction: Transaction; setCookies: string[] } {
    const transaction = {
      state: random(16),
      nonce: random(16),
      codeVerifier: random(32), // RFC 7636 §4.1: 43 characters
      provider,
      returnTo,
      expiresAt: this.#now() + lifetimeMs,
    };
    const name = cookieName(site, transaction.state);
    const value = this.#seal(transaction);
    const dropped = this.#tooMany(site, cookies, name.length + value.length);
    const keep = setCookie(name, value, { maxAgeSeconds: lifetimeMs / 1000, secure: site.secure });
    return { transaction, setCookies: [...dropped.map((state) => this.forget(site, state)), keep] };
  }

  /** This browser's transaction of that state; an expired one still tells where the visitor was going. */
  find(site: Site, cookies: string | undefined, state: string): Transaction | undefined {
    if (!stateGrammar.test(state)) return undefined;
    const value = readCookie(cookies, cookieName(site, state));
    return value === undefined ? undefined : this.#open(state, value);
  }

  isExpired({ expiresAt }: Transaction): boolean {
    return this.#now() >= expiresAt;
  }

  /** The `Set-Cookie` value that removes a transaction from the browser. */
  forget(site: Site, state: string): string {
    return setCookie(cookieName(site, state), "", { maxAgeSeconds: 0, secure: site.secure });
  }

  #tooMany(site: Site, cookies: string | undefined, bytesOfNew: number): string[] {
    const dropped: string[] = [];
    const kept: { state: string; expiresAt: number; bytes: number }[] = [];
    for (const [state, value] of pending(site, cookies)) {
      const transaction = this.#open(state, value);
      if (transaction === undefined || this.isExpired(transaction)) dropped.push(state);
      else
        kept.push({
          state,
          expiresAt: transaction.expiresAt,
          bytes: cookieName(site, state).length + value.length,
        });
    }
    kept.sort((one, other) => one.expiresAt - other.expiresAt);
    let bytes = kept.reduce((sum, one) => sum + one.bytes, bytesOfNew);
    while (kept.length >= mostPending || bytes > mostPendingBytes) {
      const oldest = kept.shift();
      if (oldest === undefined) break;
      bytes -= oldest.bytes;
      dropped.push(oldest.state);
    }
    return dropped;
  }

  #seal({ state, nonce, codeVerifier, provider, returnTo, expiresAt }: Transaction): string {
    const [key] = this.#keys;
    if (key === undefined) throw new TypeError("there is no secret to seal with");
    return seal(
      key,
      `transaction:${state}`,
      JSON.stringify([nonce, codeVerifier, provider, returnTo, expiresAt]),
    );
  }

  #open(state: string, value: string): Transaction | undefined {
    for (const key of this.#keys) {
      const text = open(key, `transaction:${state}`, value);
      if (text === undefined) continue;
      const result = v.safeParse(sealedSchema, JSON.parse(text));
      if (!result.success) return undefined;
      const [nonce, codeVerifier, provider, returnTo, expiresAt] = result.output;
      return { state, nonce, codeVerifier, provider, returnTo, expiresAt };
    }
    return undefined;
  }
}

function random(bytes: number): string {
  return randomBytes(bytes).toString("base64url");
}

/** `__Host-` keeps a sibling host from planting a transaction of its own choosing (login CSRF). */
function cookieName(site: Site, state: string): string {
  return `${prefixOf(site)}${state}`;
}

function prefixOf(site: Site): string {
  return site.secure ? "__Host-doorward-" : "doorward-";
}

function pending(site: Site, cookies: string | undefined): [state: string, value: string][] {
  const prefix = prefixOf(site);
  return (cookies ?? "").split(";").flatMap((pair): [string, string][] => {
    const [name = "", value = ""] = pair.trim().split("=", 2);
    const state = name.startsWith(prefix) ? name.slice(prefix.length) : "";
    return stateGrammar.test(state) ? [[state, value]] : [];
  });
}

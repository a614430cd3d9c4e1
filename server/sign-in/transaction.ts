import { randomBytes } from "node:crypto";
import * as v from "valibot";
import { isAsked, type StepUp } from "../identity/step-up.ts";
import type { Site } from "../config/site.ts";
import { readCookie, setCookie } from "../cookies/cookie.ts";
import { deriveKey, open, seal } from "../cookies/seal.ts";

/** One sign-in in progress, sealed in its own cookie; the server stores nothing. */
export interface Transaction {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly provider: string;
  readonly returnTo: string;
  /** What a rule requires of this sign-in, and whether the issuer was asked to authenticate again. */
  readonly stepUp: StepUp;
  readonly isForced: boolean;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export const transactionMs = 10 * 60_000;
const mostPending = 8;
/** Together with the session and sign-out cookies under 4 KiB, within nginx's header buffers. */
const mostPendingBytes = 2_900;

const stateGrammar = /^[A-Za-z0-9_-]{22}$/;

/** A tuple rather than an object, to keep the cookie short. */
const sealedSchema = v.strictTuple([
  v.string(),
  v.string(),
  v.string(),
  v.string(),
  v.number(),
  v.optional(v.strictTuple([v.boolean(), v.nullable(v.number()), v.nullable(v.array(v.string()))])),
]);

interface Begun {
  readonly transaction: Transaction;
  readonly setCookies: string[];
  /** The oldest ones, dropped because there were too many. */
  readonly dropped: readonly Transaction[];
  /** The bytes that other cookies of sign-ins may take. */
  readonly room: number;
}

export class Transactions {
  readonly #keys: readonly Buffer[];
  readonly #now: () => number;

  constructor(secrets: readonly string[], now: () => number) {
    this.#keys = secrets.map((secret) => deriveKey(secret, "", "transaction"));
    this.#now = now;
  }

  /** A new transaction, and the `Set-Cookie` values that store it and drop the oldest ones above the limit. */
  begin(
    site: Site,
    cookies: string | undefined,
    {
      provider,
      returnTo,
      stepUp,
      isForced,
    }: Pick<Transaction, "provider" | "returnTo" | "stepUp" | "isForced">,
  ): Begun {
    const transaction = {
      state: random(16),
      nonce: random(16),
      codeVerifier: random(32), // RFC 7636 §4.1: 43 characters
      provider,
      returnTo,
      stepUp,
      isForced,
      expiresAt: this.#now() + transactionMs,
    };
    const name = cookieName(site, transaction.state);
    const value = this.#seal(site, transaction);
    const { dropped, unread, bytes } = this.#tooMany(site, cookies, name.length + value.length);
    const keep = setCookie(name, value, {
      maxAgeSeconds: transactionMs / 1000,
      secure: site.secure,
    });
    const states = [...unread, ...dropped.map((one) => one.state)];
    const setCookies = [...states.map((one) => this.forget(site, one)), keep];
    return { transaction, setCookies, dropped, room: mostPendingBytes - bytes };
  }

  /** This browser's transaction with that state. An expired one is returned too: it has the visitor's target. */
  find(site: Site, cookies: string | undefined, state: string): Transaction | undefined {
    if (!stateGrammar.test(state)) return undefined;
    const value = readCookie(cookies, cookieName(site, state));
    return value === undefined ? undefined : this.#open(site, state, value);
  }

  isExpired({ expiresAt }: Transaction): boolean {
    return this.#now() >= expiresAt;
  }

  /** The `Set-Cookie` value that removes a transaction from the browser. */
  forget(site: Site, state: string): string {
    return setCookie(cookieName(site, state), "", { maxAgeSeconds: 0, secure: site.secure });
  }

  /** The bytes that other cookies of sign-ins may take beside the pending ones, without the one of a state. */
  roomWithout(site: Site, cookies: string | undefined, state: string): number {
    const others = pending(site, cookies).filter(([one]) => one !== state);
    return others.reduce(
      (room, [one, value]) => room - bytesOf(site, one, value),
      mostPendingBytes,
    );
  }

  #tooMany(site: Site, cookies: string | undefined, bytesOfNew: number) {
    const unread: string[] = [];
    const kept: { transaction: Transaction; bytes: number }[] = [];
    for (const [state, value] of pending(site, cookies)) {
      const transaction = this.#open(site, state, value);
      if (transaction === undefined || this.isExpired(transaction)) unread.push(state);
      else kept.push({ transaction, bytes: bytesOf(site, state, value) });
    }
    kept.sort((one, other) => one.transaction.expiresAt - other.transaction.expiresAt);
    const dropped: Transaction[] = [];
    let bytes = kept.reduce((sum, one) => sum + one.bytes, bytesOfNew);
    while (kept.length >= mostPending || bytes > mostPendingBytes) {
      const oldest = kept.shift();
      if (oldest === undefined) break;
      bytes -= oldest.bytes;
      dropped.push(oldest.transaction);
    }
    return { dropped, unread, bytes };
  }

  #seal(site: Site, transaction: Transaction): string {
    const [key] = this.#keys;
    if (key === undefined) throw new TypeError("no secret is configured");
    const { state, nonce, codeVerifier, provider, returnTo, expiresAt, stepUp, isForced } =
      transaction;
    const asked = [isForced, stepUp.maxAgeMs ?? null, stepUp.acr ?? null];
    const isPlain = !isForced && !isAsked(stepUp);
    const parts = [nonce, codeVerifier, provider, returnTo, expiresAt, ...(isPlain ? [] : [asked])];
    return seal(key, contextOf(site, state), JSON.stringify(parts));
  }

  #open(site: Site, state: string, value: string): Transaction | undefined {
    for (const key of this.#keys) {
      const text = open(key, contextOf(site, state), value);
      if (text === undefined) continue;
      const result = v.safeParse(sealedSchema, JSON.parse(text));
      if (!result.success) return undefined;
      const [nonce, codeVerifier, provider, returnTo, expiresAt, asked] = result.output;
      const [isForced = false, maxAgeMs, acr] = asked ?? [];
      const stepUp = { maxAgeMs: maxAgeMs ?? undefined, acr: acr ?? undefined };
      return { state, nonce, codeVerifier, provider, returnTo, expiresAt, stepUp, isForced };
    }
    return undefined;
  }
}

function random(bytes: number): string {
  return randomBytes(bytes).toString("base64url");
}

/** Binds a sealed value to one sign-in at one site. */
function contextOf(site: Site, state: string): string {
  return `transaction:${site.url.href}:${state}`;
}

/** `__Host-` prevents a sibling host from setting a transaction of its own (login CSRF). */
function cookieName(site: Site, state: string): string {
  return `${site.ownCookiePrefix}${state}`;
}

function bytesOf(site: Site, state: string, value: string): number {
  return cookieName(site, state).length + value.length;
}

function pending(site: Site, cookies: string | undefined): [state: string, value: string][] {
  const prefix = site.ownCookiePrefix;
  return (cookies ?? "").split(";").flatMap((pair): [string, string][] => {
    const [name = "", value = ""] = pair.trim().split("=", 2);
    const state = name.startsWith(prefix) ? name.slice(prefix.length) : "";
    return stateGrammar.test(state) ? [[state, value]] : [];
  });
}

import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { AuthError } from "../errors.ts";
import { reasonsOf, type Log } from "../observe/log.ts";
import { Backoff } from "../sign-in/backoff.ts";
import { revokeTokens } from "../sign-in/end-session.ts";
import type { RelyingParty } from "../sign-in/relying-party.ts";
import { askAgain, refreshTokens, renewalWay } from "../sign-in/renewal.ts";
import { noTokens, type Tokens } from "../sign-in/tokens.ts";
import type { Store } from "../store/store.ts";
import type { SessionRecord } from "./record.ts";
import { storeKey, type SealedRecords, type Stored } from "./sealed-records.ts";

/** What came of asking the issuer again. */
export type Outcome =
  | { readonly kind: "renewed"; readonly stored: Stored }
  | { readonly kind: "ended" }
  /** Trouble that passes: nobody is put out for it. */
  | { readonly kind: "kept" }
  /** Nothing is left to ask with: the session lives its lifetime. */
  | { readonly kind: "unable" };

const leaseMs = 10_000;
const leaseStepMs = 3_000;
const pollMs = 50;
/** As long as two questions to the issuer and the store's answers may take. */
const patienceMs = 9_000;

interface Parts {
  readonly records: SealedRecords;
  readonly store: Store;
  readonly parties: ReadonlyMap<string, RelyingParty>;
  /** Which of its tokens a record holds for identity headers. */
  readonly shown: (tokens: Tokens) => Pick<SessionRecord, "accessToken" | "idToken">;
  /** Signing out through the issuer takes the ID token. */
  readonly keepsIdToken: boolean;
  readonly log: Log;
  readonly now: () => number;
}

/** Asks issuers again who somebody is: by a lease among replicas, for a refresh token may work only once. */
export class Renewals {
  readonly #parts: Parts;
  readonly #backoffs = new Map<string, Backoff>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  canRenew({ identity, tokens }: SessionRecord): boolean {
    const party = this.#parts.parties.get(identity.provider);
    if (party === undefined || tokens === undefined) return false;
    return renewalWay(party, tokens, this.#parts.now()) !== undefined;
  }

  /** What a session keeps of the tokens: only what a question or an end takes. */
  kept(provider: string, tokens: Tokens): Tokens | undefined {
    const { parties, keepsIdToken, now } = this.#parts;
    const party = parties.get(provider);
    const way = party && renewalWay(party, tokens, now());
    if (way === "refresh token") return { ...tokens, accessToken: undefined };
    if (way !== undefined) return tokens;
    return keepsIdToken ? { ...noTokens, idToken: tokens.idToken } : undefined;
  }

  /** Whether the issuer is unwell, and left alone for the moment. */
  isShut({ identity }: SessionRecord): boolean {
    return this.#backoffOf(identity.provider).isShut;
  }

  #backoffOf(provider: string): Backoff {
    const backoff = this.#backoffs.get(provider) ?? new Backoff(this.#parts.now);
    this.#backoffs.set(provider, backoff);
    return backoff;
  }

  /** Once at a time for a session among all replicas. Throws "store_unreachable". */
  async renew(token: string, { askedAt }: SessionRecord): Promise<Outcome> {
    const { store, records } = this.#parts;
    const [lease, holder] = [`lease:${storeKey(token)}`, randomUUID()];
    const deadline = performance.now() + patienceMs;
    while (!(await store.claim(lease, holder, leaseMs))) {
      await wait(pollMs);
      const stored = await records.read(token);
      if (stored === undefined) return { kind: "ended" };
      if (stored.record.askedAt !== askedAt) return { kind: "renewed", stored };
      if (performance.now() > deadline) return { kind: "kept" };
    }
    // A lost lease needs no attention: whatever is written compares the version.
    const keeping = setInterval(() => {
      store.extend(lease, holder, leaseMs).catch((error: unknown) => this.#warn(error));
    }, leaseStepMs);
    try {
      return await this.#renew(token, askedAt);
    } finally {
      clearInterval(keeping);
      store.release(lease, holder).catch((error: unknown) => this.#warn(error));
    }
  }

  async #renew(token: string, askedAt: number): Promise<Outcome> {
    const stored = await this.#parts.records.read(token);
    if (stored === undefined) return { kind: "ended" };
    if (stored.record.askedAt !== askedAt) return { kind: "renewed", stored };
    const { provider } = stored.record.identity;
    const party = this.#parts.parties.get(provider);
    const backoff = this.#backoffOf(provider);
    if (party === undefined) return { kind: "unable" };
    if (!backoff.enter()) return { kind: "kept" };
    try {
      const outcome = await this.#ask(party, token, stored);
      backoff.succeeded();
      return outcome;
    } catch (error) {
      if (error instanceof AuthError && error.code === "grant_ended") {
        backoff.succeeded(); // it answers, after all
        return this.#ended(error, stored);
      }
      backoff.failed();
      if (error instanceof AuthError && error.code === "store_unreachable") throw error;
      this.#warn(error);
      return { kind: "kept" };
    }
  }

  async #ask(party: RelyingParty, token: string, before: Stored): Promise<Outcome> {
    const { now } = this.#parts;
    const { identity, tokens } = before.record;
    const { provider } = identity;
    if (tokens === undefined) return { kind: "unable" };
    const way = renewalWay(party, tokens, now());
    if (way === undefined) return { kind: "unable" };
    const isRefresh = way === "refresh token";
    const next = isRefresh ? await this.#refreshed(party, token, before) : tokens;
    if ("kind" in next) return next;
    // The old refresh token may be spent already: the next one is kept before it is used for anything.
    const kept = isRefresh
      ? await this.#write(token, before, { tokens: this.kept(provider, next) })
      : before;
    if (kept === undefined) return this.#tooLate(party, next);
    const isNewIdToken = next.idToken !== tokens.idToken;
    const who = await askAgain(party, identity, next, isNewIdToken, now());
    const shown = this.#parts.shown(next);
    const stored = await this.#write(token, kept, { identity: who, askedAt: now(), ...shown });
    return stored === undefined ? this.#tooLate(party, next) : { kind: "renewed", stored };
  }

  /** The next tokens. The issuer's no is believed only if nobody else used the token meanwhile, which works once. */
  async #refreshed(
    party: RelyingParty,
    token: string,
    { record: { identity, tokens = noTokens } }: Stored,
  ): Promise<Tokens | Outcome> {
    try {
      return await refreshTokens(party, identity, tokens, this.#parts.now());
    } catch (error) {
      if (!(error instanceof AuthError) || error.code !== "grant_ended") throw error;
      const stored = await this.#parts.records.read(token);
      if (stored === undefined) return { kind: "ended" };
      if (stored.record.tokens?.refreshToken === tokens.refreshToken) throw error;
      return { kind: "renewed", stored };
    }
  }

  /** Signed out meanwhile: what the issuer gave after that must not stay good for anybody. */
  #tooLate(party: RelyingParty, tokens: Tokens): Outcome {
    revokeTokens(party, tokens).catch((error: unknown) => this.#warn(error));
    return { kind: "ended" };
  }

  #ended(error: AuthError, { record }: Stored): Outcome {
    const { issuer, subject, provider } = record.identity;
    const reason = reasonsOf(error);
    this.#parts.log.info({ provider, issuer, subject, reason }, "the issuer ended a session");
    return { kind: "ended" };
  }

  /** Over the last version, whatever else changed in it meanwhile; undefined = the session is gone. */
  async #write(
    token: string,
    { record, version }: Stored,
    change: Partial<SessionRecord>,
  ): Promise<Stored | undefined> {
    const { records } = this.#parts;
    let [current, expected] = [record, version];
    for (;;) {
      const next = { ...current, ...change };
      if (await records.replace(token, next, expected))
        return { record: next, version: expected + 1 };
      const stored = await records.read(token);
      if (stored === undefined) return undefined;
      [current, expected] = [stored.record, stored.version];
    }
  }

  #warn(error: unknown): void {
    this.#parts.log.warn({ reason: reasonsOf(error) }, "an issuer could not be asked again");
  }
}

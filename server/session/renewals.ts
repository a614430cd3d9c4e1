import { LRUCache } from "lru-cache";
import { setTimeout as wait } from "node:timers/promises";
import { AuthError } from "../errors.ts";
import { reasonsOf } from "../observe/log.ts";
import { Backoff } from "../sign-in/backoff.ts";
import type { RelyingParty } from "../sign-in/relying-party.ts";
import { renewalWay } from "../sign-in/renewal.ts";
import { noTokens, type Tokens } from "../sign-in/token-endpoint.ts";
import type { Store } from "../store/store.ts";
import {
  renewFromIssuer,
  type RenewalParts,
  type Outcome,
  type RenewalRequest,
} from "./ask-issuer.ts";
import { takeLease } from "./lease.ts";
import type { SessionRecord } from "./record.ts";
import { storeKey, type Stored } from "./sealed-records.ts";

const pollMs = 50;
/** As long as two questions to the issuer and the store's answers may take. */
const patienceMs = 9_000;
/**
 * A session that fails waits longer than its issuer does, so that it never takes every question that may go
 * out: nobody keeps the issuer's word from others by making their own question fail.
 */
const ofSession = { firstMs: 4_000, longestMs: 5 * 60_000 };
const mostFailing = 10_000;

interface Parts extends RenewalParts {
  readonly store: Store;
  readonly parties: ReadonlyMap<string, RelyingParty>;
  /** Signing out through the issuer takes the ID token. */
  readonly keepsIdToken: boolean;
}

/** Asks issuers again who somebody is: by a lease among replicas, for a refresh token may work only once. */
export class Renewals {
  readonly #parts: Parts;
  /** By the name of the provider. */
  readonly #backoffs = new Map<string, Backoff>();
  /** By the token of a session whose last question failed. */
  readonly #failing = new LRUCache<string, Backoff>({ max: mostFailing });
  /** What is still being stored behind an answer. */
  readonly #background = new Set<Promise<unknown>>();

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

  /** Whether the issuer is unwell, or does not answer for this session, and is left alone for the moment. */
  isShut(token: string, { identity }: Pick<SessionRecord, "identity">): boolean {
    return this.#backoffOf(identity.provider).isShut || this.#failing.get(token)?.isShut === true;
  }

  /** Lets what is being stored be stored. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#background);
  }

  #backoffOf(provider: string): Backoff {
    const backoff = this.#backoffs.get(provider) ?? new Backoff(this.#parts.now);
    this.#backoffs.set(provider, backoff);
    return backoff;
  }

  /** Once at a time for a session among all replicas. Throws "store_unreachable". */
  async renew(token: string, { askedAt }: Pick<SessionRecord, "askedAt">): Promise<Outcome> {
    const { store, records } = this.#parts;
    const deadline = performance.now() + patienceMs;
    const warn = (error: unknown) => this.#warn(error);
    const claim = () => takeLease(store, `lease:${storeKey(token)}`, warn);
    let lease = await claim();
    while (lease === undefined) {
      await wait(pollMs);
      const stored = await records.read(token);
      if (stored === undefined) return { kind: "gone" };
      if (stored.record.askedAt !== askedAt) return { kind: "renewed", stored };
      if (performance.now() > deadline) return { kind: "kept" };
      lease = await claim();
    }
    const works: Promise<unknown>[] = [];
    try {
      return await this.#renew(token, askedAt, (work) => void works.push(work));
    } finally {
      this.#afterwards(works, lease.end);
    }
  }

  #afterwards(works: readonly Promise<unknown>[], end: () => void): void {
    const done = Promise.allSettled(works).then(end);
    this.#background.add(done);
    void done.finally(() => this.#background.delete(done));
  }

  async #renew(
    token: string,
    askedAt: number,
    background: RenewalRequest["background"],
  ): Promise<Outcome> {
    const stored = await this.#parts.records.read(token);
    if (stored === undefined) return { kind: "gone" };
    if (stored.record.askedAt !== askedAt) return { kind: "renewed", stored };
    const { identity, tokens = noTokens } = stored.record;
    const { provider } = identity;
    const party = this.#parts.parties.get(provider);
    const way = party && renewalWay(party, tokens, this.#parts.now());
    if (party === undefined || way === undefined) return { kind: "unable" };
    const kept = (next: Tokens) => this.kept(provider, next);
    return this.#renewFromIssuer({ party, way, token, before: stored, kept, background });
  }

  async #renewFromIssuer(request: RenewalRequest): Promise<Outcome> {
    const { party, token } = request;
    const backoff = this.#backoffOf(party.name);
    if (!(await backoff.enter())) return { kind: "kept" };
    try {
      const outcome = await renewFromIssuer(this.#parts, request);
      this.#answered(backoff, token);
      return outcome;
    } catch (error) {
      const code = error instanceof AuthError ? error.code : undefined;
      if (code === "grant_ended") {
        this.#answered(backoff, token); // it answers, after all
        return this.#ended(error, request.before);
      }
      if (code === "store_unreachable") {
        backoff.abandoned();
        throw error;
      }
      backoff.failed();
      await this.#failAlone(token);
      this.#warn(error);
      return { kind: "kept" };
    }
  }

  /** Whoever failed while the issuer was unwell failed for that. */
  #answered(backoff: Backoff, token: string): void {
    if (backoff.isUnwell) this.#failing.clear();
    else this.#failing.delete(token);
    backoff.succeeded();
  }

  async #failAlone(token: string): Promise<void> {
    const backoff = this.#failing.get(token) ?? new Backoff(this.#parts.now, ofSession);
    if (await backoff.enter()) backoff.failed();
    this.#failing.set(token, backoff);
  }

  #ended(error: unknown, { record }: Stored): Outcome {
    const { issuer, subject, provider } = record.identity;
    const reason = reasonsOf(error);
    this.#parts.log.info({ provider, issuer, subject, reason }, "the issuer ended a session");
    return { kind: "ended" };
  }

  #warn(error: unknown): void {
    this.#parts.log.warn({ reason: reasonsOf(error) }, "an issuer could not be asked again");
  }
}

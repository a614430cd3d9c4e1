import { createBoundedCache } from "../memory/bounded-cache.ts";
import { onFirstCall } from "../memory/on-first-call.ts";
import { setTimeout as wait } from "node:timers/promises";
import { AuthError } from "../errors.ts";
import type { Audit } from "../observe/audit.ts";
import type { Counts } from "../observe/counts.ts";
import { reasonsOf } from "../observe/log.ts";
import type { LoggedRequest } from "../observe/request-id.ts";
import { noTracer, type Tracer } from "../observe/tracer.ts";
import { Backoff } from "../sign-in/backoff.ts";
import type { RelyingParty } from "../sign-in/relying-party.ts";
import { renewalWay } from "../sign-in/renewal-way.ts";
import { noTokens, type Tokens } from "../sign-in/token-endpoint.ts";
import type { Store } from "../store/store.ts";
import type { Outcome, RenewalParts, RenewalRequest } from "./ask-issuer.ts";
import { auditedSession } from "./endings.ts";
import { takeLease } from "./lease.ts";
import type { SessionRecord } from "./record.ts";
import { storeKey } from "./sealed-records.ts";

/** Pauses between two attempts to get a lease: after a failover of the store, many leases were never released. */
const pauses = { firstMs: 50, longestMs: 1_000 };
/** The longest that two requests to the issuer and the store's responses may take. */
const timeoutMs = 9_000;
/**
 * A failing session backs off longer than its issuer, so it cannot use up every attempt that the issuer's backoff
 * allows: a visitor whose own renewal always fails cannot block the renewals of others.
 */
const ofSession = { firstMs: 4_000, longestMs: 5 * 60_000 };
const mostFailing = 10_000;
/** Logged after every failure that keeps the session. */
export const renewalFailed = "session renewal failed; the session is kept within its grace time";

interface Parts extends RenewalParts {
  readonly audit: Audit;
  readonly store: Store;
  readonly parties: ReadonlyMap<string, RelyingParty>;
  readonly counts: Pick<Counts, "refreshes">;
  readonly tracer?: Tracer | undefined;
  /** Signing out at the issuer needs the ID token. */
  readonly keepsIdToken: boolean;
}

const renewFromIssuer = onFirstCall(async () => (await import("./ask-issuer.ts")).renewFromIssuer);

/** Renews sessions at their issuers, under a lease among replicas, because a refresh token may be single-use. */
export class Renewals {
  readonly #parts: Parts;
  /** By provider name. */
  readonly #backoffs = new Map<string, Backoff>();
  /** By session token, for sessions whose last renewal failed. */
  readonly #failing = createBoundedCache<Backoff>(mostFailing);
  /** Writes that continue in the background. */
  readonly #background = new Set<Promise<unknown>>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  canRenew({ identity, tokens }: SessionRecord): boolean {
    const party = this.#parts.parties.get(identity.provider);
    if (party === undefined || tokens === undefined) return false;
    return renewalWay(party, tokens, this.#parts.now()) !== undefined;
  }

  /** The tokens that a session keeps: only those that a renewal or a sign-out needs. */
  kept(provider: string, tokens: Tokens): Tokens | undefined {
    const { parties, keepsIdToken, now } = this.#parts;
    const party = parties.get(provider);
    const way = party && renewalWay(party, tokens, now());
    if (way === "refresh token") return { ...tokens, accessToken: undefined };
    if (way !== undefined) return tokens;
    return keepsIdToken ? { ...noTokens, idToken: tokens.idToken } : undefined;
  }

  /** Whether renewals are paused, for the issuer or for this session, after a failure. */
  isShut(token: string, { identity }: Pick<SessionRecord, "identity">): boolean {
    return this.#backoffOf(identity.provider).isShut || this.#failing.get(token)?.isShut === true;
  }

  /** Waits for the background writes. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#background);
  }

  #backoffOf(provider: string): Backoff {
    const backoff = this.#backoffs.get(provider) ?? new Backoff(this.#parts.now);
    this.#backoffs.set(provider, backoff);
    return backoff;
  }

  /** Renews a session; one renewal at a time among all replicas. Throws "store_unreachable". */
  async renew(
    token: string,
    { askedAt }: Pick<SessionRecord, "askedAt">,
    asked?: LoggedRequest,
  ): Promise<Outcome> {
    const { store, records } = this.#parts;
    const deadline = performance.now() + timeoutMs;
    const warn = (error: unknown) => this.#warn(error, "could not keep or release a renewal lease");
    const claim = () => takeLease(store, `lease:${storeKey(token)}`, warn);
    let lease = await claim();
    for (let pauseMs = pauses.firstMs; lease === undefined; pauseMs *= 2) {
      await wait(Math.min(pauseMs, pauses.longestMs));
      const stored = await records.read(token);
      if (stored === undefined) return { kind: "missing" };
      if (stored.record.askedAt !== askedAt) return { kind: "renewed", stored };
      if (performance.now() > deadline) return { kind: "kept" };
      lease = await claim();
    }
    const tasks: Promise<unknown>[] = [];
    try {
      return await this.#renew(token, askedAt, {
        asked,
        background: (work) => void tasks.push(work),
      });
    } finally {
      this.#afterwards(tasks, lease.end);
    }
  }

  #afterwards(tasks: readonly Promise<unknown>[], end: () => void): void {
    const done = Promise.allSettled(tasks).then(end);
    this.#background.add(done);
    void done.finally(() => this.#background.delete(done));
  }

  async #renew(
    token: string,
    askedAt: number,
    { asked, background }: Pick<RenewalRequest, "asked" | "background">,
  ): Promise<Outcome> {
    const stored = await this.#parts.records.read(token);
    if (stored === undefined) return { kind: "missing" };
    if (stored.record.askedAt !== askedAt) return { kind: "renewed", stored };
    const { identity, tokens = noTokens } = stored.record;
    const { provider } = identity;
    const party = this.#parts.parties.get(provider);
    const way = party && renewalWay(party, tokens, this.#parts.now());
    if (party === undefined || way === undefined) return { kind: "unable" };
    const kept = (next: Tokens) => this.kept(provider, next);
    return this.#renewFromIssuer({ party, way, token, asked, before: stored, kept, background });
  }

  async #renewFromIssuer(request: RenewalRequest): Promise<Outcome> {
    const { party, token, asked, before } = request;
    const {
      audit,
      counts: { refreshes },
      tracer = noTracer,
    } = this.#parts;
    const fields = auditedSession(token, before.record, asked);
    const backoff = this.#backoffOf(party.name);
    if (!(await backoff.enter())) return { kind: "kept" };
    try {
      const attributes = { "doorward.provider": party.name };
      const outcome = await tracer.span("refresh", { kind: "internal", attributes }, () =>
        renewFromIssuer(this.#parts, request),
      );
      this.#answered(backoff, token);
      refreshes.add(party.name, outcome.kind === "renewed" ? "refreshed" : "session_gone");
      if (outcome.kind === "renewed") audit("session_refreshed", "refreshed", fields);
      return outcome;
    } catch (error) {
      const code = error instanceof AuthError ? error.code : undefined;
      refreshes.add(party.name, code ?? "unexpected");
      if (code === "grant_ended") {
        this.#answered(backoff, token); // a refusal is a response: the issuer works
        audit("session_ended", "refused_by_issuer", fields, { detail: reasonsOf(error) });
        return { kind: "ended" };
      }
      if (code === "store_unreachable") {
        backoff.abandoned();
        throw error;
      }
      backoff.failed();
      await this.#failAlone(token);
      audit("refresh_failed", code ?? "unexpected", fields, { detail: reasonsOf(error) });
      return { kind: "kept" };
    }
  }

  /** When an issuer recovers, failures of single sessions are cleared: the issuer caused them. */
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

  #warn(error: unknown, message: string): void {
    this.#parts.log.warn({ reason: reasonsOf(error) }, message);
  }
}

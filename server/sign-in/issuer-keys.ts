import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from "jose";
import { AuthError } from "../errors.ts";
import type { Configuration } from "openid-client";
import type { IssuerFetch } from "./issuer-fetch.ts";
import { isWithin } from "../memory/cached.ts";

/** Any caller can send tokens with unknown key ids, so they cause at most one fetch in this time. */
const cooldownMs = 30_000;
/** Without any keys every token fails, so the next attempt is sooner. */
const firstPauseMs = 1_000;
/** A key that the issuer removed is rejected after this time, even if it was used before. */
const lifetimeMs = 10 * 60_000;
const patienceMs = 4_000;

interface KeySet {
  readonly uri: string;
  readonly find: ReturnType<typeof createRemoteJWKSet>;
  fetchedAt: number;
  loadedAt: number | undefined;
  failure: unknown;
  fetching: Promise<void> | undefined;
}

/**
 * The keys of an issuer. jose fetches and selects them; this code decides when to fetch, because with jose's own rules
 * an outage would drop the known keys, and every unknown key id would cause a fetch.
 */
export function createIssuerKeys(
  { issuer, discover }: { issuer: string; discover: () => Promise<Configuration> },
  { fetch, now }: { readonly fetch: IssuerFetch; readonly now: () => number },
): JWTVerifyGetKey {
  let current: KeySet | undefined;

  return async (header, token) => {
    const { jwks_uri: uri = "" } = (await discover()).serverMetadata();
    if (current?.uri !== uri) current = open(uri);
    const keys = current;
    if (keys.loadedAt === undefined) await refresh(keys, firstPauseMs);
    // The known keys stay in use while the issuer is down.
    else if (!isWithin(now(), keys.loadedAt, keys.loadedAt + lifetimeMs))
      await refresh(keys, cooldownMs).catch(() => {});
    try {
      return await keys.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await refresh(keys, cooldownMs);
      return keys.find(header, token);
    }
  };

  function open(uri: string): KeySet {
    const find = createRemoteJWKSet(new URL(uri), {
      timeoutDuration: patienceMs,
      cooldownDuration: Number.POSITIVE_INFINITY,
      cacheMaxAge: Number.POSITIVE_INFINITY,
      [customFetch]: fetch,
    });
    const never = Number.NEGATIVE_INFINITY;
    return {
      uri,
      find,
      fetchedAt: never,
      loadedAt: undefined,
      failure: undefined,
      fetching: undefined,
    };
  }

  /** Fetches the keys, or joins the fetch in progress; within the pause the last result counts. */
  function refresh(keys: KeySet, pauseMs: number): Promise<void> {
    if (keys.fetching !== undefined) return keys.fetching;
    if (isWithin(now(), keys.fetchedAt, keys.fetchedAt + pauseMs)) return answered(keys);
    keys.fetchedAt = now();
    keys.fetching = load(keys);
    return keys.fetching;
  }

  async function load(keys: KeySet): Promise<void> {
    try {
      await keys.find.reload();
      keys.loadedAt = now();
      keys.failure = undefined;
    } catch (error) {
      keys.failure = error;
    }
    keys.fetching = undefined;
    return answered(keys);
  }

  async function answered({ failure }: KeySet): Promise<void> {
    if (failure === undefined) return;
    throw new AuthError("issuer_unreachable", `cannot fetch the keys of ${issuer}`, {
      cause: failure,
    });
  }
}

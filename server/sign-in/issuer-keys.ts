import {
  createLocalJWKSet,
  errors,
  type JWK,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  type JWTVerifyResult,
} from "jose";
import type { Configuration } from "openid-client";
import * as v from "valibot";
import { AuthError } from "../errors.ts";
import { exchangeError } from "./issuer-error.ts";
import type { IssuerFetch } from "./issuer-fetch.ts";
import { isWithin } from "../memory/cached.ts";
import { metadataOf } from "./server-metadata.ts";
import { verifyJwt } from "./verify-jwt.ts";

/** Without any keys every token fails, so the next attempt is soon. */
const firstPauseMs = 1_000;
/** While the issuer is down, outdated keys are fetched again at most once in this time. */
const outagePauseMs = 30_000;
/** A key that the issuer removed is rejected after this time, even if it was used before. */
const lifetimeMs = 10 * 60_000;
const patienceMs = 4_000;
const never = Number.NEGATIVE_INFINITY;

/** The keys of an issuer: one cache for everything that it signs. */
export interface IssuerKeys {
  /** Finds the key of a token that a visitor sent. */
  readonly ofVisitors: JWTVerifyGetKey;
  /**
   * Checks a token that the issuer itself sent. Throws jose's errors, and "issuer_unreachable" or "issuer_broken"
   * without the issuer's keys.
   */
  readonly verifyIssued: VerifyIssued;
}

export type VerifyIssued = (token: string, options: JWTVerifyOptions) => Promise<JWTVerifyResult>;

/** Who sent the tokens. A token that no known key fits causes a fetch at once, except in the pause after one in vain. */
interface Sender {
  readonly pauseMs: number;
  /** The last fetch that did not bring the key of the token. */
  vainAt: number;
}

interface KeySet {
  readonly uri: string;
  find: JWTVerifyGetKey | undefined;
  fetchedAt: number;
  loadedAt: number;
  failure: AuthError | undefined;
  fetching: Promise<void> | undefined;
}

/**
 * jose selects the keys; this code decides when to fetch them. A rotated key counts from its first token on. Any
 * caller can make up key ids, so visitors' tokens cause one fetch in vain each 30 seconds; they do not delay the fetch
 * for a token that the issuer sent.
 */
export function createIssuerKeys(
  { issuer, discover }: { issuer: string; discover: () => Promise<Configuration> },
  { fetch, now }: { readonly fetch: IssuerFetch; readonly now: () => number },
): IssuerKeys {
  const visitors: Sender = { pauseMs: 30_000, vainAt: never };
  const itself: Sender = { pauseMs: 1_000, vainAt: never };
  let current: KeySet | undefined;

  return {
    ofVisitors: keyOf(visitors),
    async verifyIssued(token, options) {
      const verify = () => verifyJwt(token, keyOf(itself), options);
      try {
        return await verify();
      } catch (error) {
        // An issuer may replace a key under the same key id, or use none.
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
        return fetchAndRetry(await usable(), itself, error, verify);
      }
    },
  };

  function keyOf(sender: Sender): JWTVerifyGetKey {
    return async (header, token) => {
      const keys = await usable();
      const find = async () => {
        if (keys.find === undefined) throw new errors.JWKSNoMatchingKey();
        return keys.find(header, token);
      };
      try {
        return await find();
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        return fetchAndRetry(keys, sender, error, find);
      }
    };
  }

  /** The known keys, which stay in use while the issuer is down. */
  async function usable(): Promise<KeySet> {
    const { jwks_uri: uri = "" } = metadataOf(await discover());
    if (current?.uri !== uri) current = noKeys(uri);
    const keys = current;
    if (keys.find === undefined) await refreshAfter(keys, firstPauseMs);
    else if (!isWithin(now(), keys.loadedAt, keys.loadedAt + lifetimeMs))
      await refreshAfter(keys, outagePauseMs).catch(() => {});
    return keys;
  }

  async function fetchAndRetry<T>(
    keys: KeySet,
    sender: Sender,
    error: unknown,
    retry: () => Promise<T>,
  ): Promise<T> {
    if (isWithin(now(), sender.vainAt, sender.vainAt + sender.pauseMs)) throw keys.failure ?? error;
    try {
      await refresh(keys);
      return await retry();
    } catch (failure) {
      sender.vainAt = now();
      throw failure;
    }
  }

  /** Within the pause the last result counts. */
  async function refreshAfter(keys: KeySet, pauseMs: number): Promise<void> {
    const isPausing = isWithin(now(), keys.fetchedAt, keys.fetchedAt + pauseMs);
    if (keys.fetching !== undefined || !isPausing) return refresh(keys);
    if (keys.failure !== undefined) throw keys.failure;
  }

  /** Fetches the keys, or joins the fetch in progress. */
  function refresh(keys: KeySet): Promise<void> {
    keys.fetching ??= load(keys).finally(() => (keys.fetching = undefined));
    return keys.fetching;
  }

  async function load(keys: KeySet): Promise<void> {
    keys.fetchedAt = now();
    try {
      keys.find = createLocalJWKSet(await fetchKeySet(keys.uri, fetch));
      keys.loadedAt = now();
      keys.failure = undefined;
    } catch (error) {
      keys.failure = exchangeError(error, `cannot fetch the keys of ${issuer}`);
      throw keys.failure;
    }
  }
}

function noKeys(uri: string): KeySet {
  return {
    uri,
    find: undefined,
    fetchedAt: never,
    loadedAt: never,
    failure: undefined,
    fetching: undefined,
  };
}

/** jose checks a key when a token needs it. */
const isObject = (value: unknown) => typeof value === "object" && value !== null;
const keySet = v.object({ keys: v.array(v.custom<JWK>(isObject)) });

async function fetchKeySet(uri: string, fetch: IssuerFetch) {
  const response = await fetch(uri, {
    headers: { Accept: "application/json, application/jwk-set+json", "User-Agent": "doorward" },
    signal: AbortSignal.timeout(patienceMs),
  });
  if (response.status !== 200) throw new Error(`${uri} returned ${response.status}`);
  const text = await response.text();
  const { success, output } = v.safeParse(v.pipe(v.string(), v.parseJson(), keySet), text);
  if (!success) throw new Error(`${uri} returned no JSON Web Key Set`);
  return output;
}

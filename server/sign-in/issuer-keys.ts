import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from "jose";
import { AuthError } from "../errors.ts";
import type { Configuration } from "openid-client";
import type { IssuerFetch } from "./issuer-fetch.ts";
import { isWithin } from "../memory/cached.ts";

/** Strangers make up key ids as they like: the issuer hears of it no more often than this. */
const cooldownMs = 30_000;
/** While no keys are there at all nobody can pass, so the next try comes sooner. */
const firstPauseMs = 1_000;
/** A key that the issuer took back is refused after this, seen before or not. */
const lifetimeMs = 10 * 60_000;
const patienceMs = 4_000;

interface KeySet {
  readonly uri: string;
  readonly find: ReturnType<typeof createRemoteJWKSet>;
  askedAt: number;
  loadedAt: number | undefined;
  failure: unknown;
  asking: Promise<void> | undefined;
}

/**
 * The keys of an issuer. jose fetches and picks them; when to fetch is decided here, for by its own
 * rules an outage would break the keys that are known, and every unknown one would ask again.
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
    if (keys.loadedAt === undefined) await ask(keys, firstPauseMs);
    // An issuer that is down takes no known key with it.
    else if (!isWithin(now(), keys.loadedAt, keys.loadedAt + lifetimeMs))
      await ask(keys, cooldownMs).catch(() => {});
    try {
      return await keys.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await ask(keys, cooldownMs);
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
      askedAt: never,
      loadedAt: undefined,
      failure: undefined,
      asking: undefined,
    };
  }

  /** Asks the issuer, or waits with whoever asks already; within the pause the last answer stands. */
  function ask(keys: KeySet, pauseMs: number): Promise<void> {
    if (keys.asking !== undefined) return keys.asking;
    if (isWithin(now(), keys.askedAt, keys.askedAt + pauseMs)) return answered(keys);
    keys.askedAt = now();
    keys.asking = load(keys);
    return keys.asking;
  }

  async function load(keys: KeySet): Promise<void> {
    try {
      await keys.find.reload();
      keys.loadedAt = now();
      keys.failure = undefined;
    } catch (error) {
      keys.failure = error;
    }
    keys.asking = undefined;
    return answered(keys);
  }

  async function answered({ failure }: KeySet): Promise<void> {
    if (failure === undefined) return;
    throw new AuthError("issuer_unreachable", `the keys of ${issuer} could not be had`, {
      cause: failure,
    });
  }
}

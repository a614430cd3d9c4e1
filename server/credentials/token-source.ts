import {
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
} from "jose";
import { LRUCache } from "lru-cache";
import type { Claims } from "../../providers/claims.ts";
import { AuthError } from "../errors.ts";
import { reasonsOf } from "../observe/log.ts";
import { Session } from "../session/session.ts";
import { identityOf, type IdentityReader } from "../sign-in/identity-of.ts";
import type { Introspect } from "../sign-in/introspection.ts";
import { noApi } from "../sign-in/provider-api.ts";
import { isWithin } from "../memory/cached.ts";
import { isSignedToken } from "./authorization.ts";
import {
  introspectedTokenFault,
  kindOf,
  scopesOf,
  signedTokenFault,
  toleranceSeconds,
  type Recipient,
  type TokenKind,
} from "./token-claims.ts";

/** An issuer as rules see it: which of its tokens are for us, and how to read them. */
export interface TokenIssuer extends IdentityReader, Recipient {
  readonly algorithms: readonly string[];
  /** Asked of every token of its, whatever a rule asks besides. */
  readonly scopes: readonly string[];
  readonly keys: JWTVerifyGetKey;
  /** undefined = it cannot be asked about a token. */
  readonly introspect: Introspect | undefined;
}

export interface VerifiedToken {
  readonly kind: TokenKind;
  readonly scopes: ReadonlySet<string>;
  /** As if its subject had signed in, so that everything behind treats both alike. */
  readonly session: Session;
}

/** `until`: milliseconds since the epoch; from then on the token is looked at anew. */
export type TokenVerdict =
  | { readonly verified: VerifiedToken; readonly until: number }
  | { readonly refused: string; readonly until: number };

export interface TokenSource {
  readonly issuer: TokenIssuer;
  /** What is known of a token already, at no cost. */
  recall(token: string): TokenVerdict | undefined;
  /** Throws when nobody can tell, for the issuer is not to be reached. */
  verify(token: string): Promise<TokenVerdict>;
}

const longestMs = 5 * 60_000;
/** An issuer that is asked may have taken a token back a moment ago (RFC 7662 §4). */
const longestIntrospectedMs = 30_000;
const longestRefusedMs = 10_000;
const mostTokens = 10_000;
const mostCharacters = 16 * 1024 * 1024;

/** Checks the tokens of one issuer, and remembers those that it has seen. */
export function createTokenSource(issuer: TokenIssuer, now: () => number): TokenSource {
  const seen = new LRUCache<string, { verdict: TokenVerdict; since: number }>({
    max: mostTokens,
    maxSize: mostCharacters,
    sizeCalculation: (_, token) => token.length + 512,
  });
  const looking = new Map<string, Promise<TokenVerdict>>();
  return { issuer, recall, verify };

  function recall(token: string): TokenVerdict | undefined {
    const found = seen.get(token);
    if (found === undefined) return undefined;
    return isWithin(now(), found.since, found.verdict.until) ? found.verdict : undefined;
  }

  function verify(token: string): Promise<TokenVerdict> {
    const pending = looking.get(token) ?? look(token).finally(() => looking.delete(token));
    looking.set(token, pending);
    return pending;
  }

  async function look(token: string): Promise<TokenVerdict> {
    const verdict = isSignedToken(token)
      ? await checkSigned(issuer, token, now())
      : await checkOpaque(issuer, token, now);
    const since = now();
    if (since < verdict.until) seen.set(token, { verdict, since });
    return verdict;
  }
}

async function checkSigned(issuer: TokenIssuer, token: string, now: number): Promise<TokenVerdict> {
  const options: JWTVerifyOptions = {
    issuer: [...issuer.issuers],
    audience: [...issuer.audiences],
    algorithms: [...issuer.algorithms],
    requiredClaims: ["exp", "iat", "sub"],
    clockTolerance: toleranceSeconds,
    currentDate: new Date(now),
  };
  try {
    const { payload, typ } = await checkSignature(token, issuer.keys, options);
    const kind = kindOf(typ);
    if (kind === undefined) return refused("its typ is of no token that we take");
    const fault = signedTokenFault(payload, kind, issuer, now);
    if (fault !== undefined) return refused(fault);
    const until = Math.min((payload.exp ?? 0) * 1000, now + longestMs);
    return { verified: await verifiedToken(issuer, token, kind, payload, now), until };
  } catch (error) {
    if (error instanceof AuthError && error.code !== "response_rejected") throw error;
    return refused(reasonsOf(error));
  }
}

/** Not remembered: strangers can make up more than fits into any memory. */
function refused(reason: string): TokenVerdict {
  return { refused: reason, until: 0 };
}

/** A token that names no key is tried with each that it could be, and there are not many. */
const mostKeys = 8;

async function checkSignature(
  token: string,
  keys: JWTVerifyGetKey,
  options: JWTVerifyOptions,
): Promise<{ payload: JWTPayload; typ: unknown }> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, options);
    return { payload, typ: protectedHeader.typ };
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    let tries = 0;
    for await (const key of error) {
      if (tries++ === mostKeys) break;
      try {
        const { payload, protectedHeader } = await jwtVerify(token, key, options);
        return { payload, typ: protectedHeader.typ };
      } catch (failure) {
        if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

async function checkOpaque(
  issuer: TokenIssuer,
  token: string,
  now: () => number,
): Promise<TokenVerdict> {
  const answer = await issuer.introspect?.(token);
  const time = now();
  if (answer === undefined) return refused("its issuer cannot be asked about it");
  const fault = introspectedTokenFault(answer, issuer, time);
  if (fault !== undefined) return { refused: fault, until: time + longestRefusedMs };
  const { exp } = answer;
  const end = typeof exp === "number" ? exp * 1000 : Number.POSITIVE_INFINITY;
  return {
    verified: await verifiedToken(issuer, token, "opaque", answer, time),
    until: Math.min(end, time + longestIntrospectedMs),
  };
}

async function verifiedToken(
  issuer: TokenIssuer,
  token: string,
  kind: TokenKind,
  claims: Claims,
  now: number,
): Promise<VerifiedToken> {
  const { exp, iss } = claims;
  const tokenIssuer = typeof iss === "string" ? iss : issuer.issuer;
  const said = { idToken: claims, userinfo: undefined, accessToken: claims };
  const record = {
    identity: await identityOf({ ...issuer, issuer: tokenIssuer }, said, { api: noApi }),
    accessToken: token,
    idToken: kind === "id" ? token : undefined,
    expiresAt: typeof exp === "number" ? exp * 1000 : now + longestIntrospectedMs,
  };
  return { kind, scopes: scopesOf(claims), session: new Session(record) };
}

import type { JWTVerifyGetKey, JWTVerifyOptions } from "jose";
import { LRUCache } from "lru-cache";
import type { Claims } from "../../providers/claims.ts";
import { AuthError } from "../errors.ts";
import { reasonsOf } from "../observe/log.ts";
import { Session } from "../session/session.ts";
import { identityOf, type IdentityReader } from "../sign-in/identity-of.ts";
import type { Introspect } from "../sign-in/introspection.ts";
import { noApi } from "../sign-in/provider-api.ts";
import { toleranceSeconds, verifyJwt } from "../sign-in/verify-jwt.ts";
import { isWithin } from "../memory/cached.ts";
import { isSignedToken } from "./authorization.ts";
import {
  introspectedTokenFault,
  scopesOf,
  signedTokenFault,
  type Recipient,
} from "./token-claims.ts";
import { tokenTypeOf, type TokenType } from "./token-type.ts";

/** An issuer of bearer tokens: which of its tokens are meant for doorward, and how to read them. */
export interface TokenIssuer extends IdentityReader, Recipient {
  readonly algorithms: readonly string[];
  /** Required of each of its tokens, in addition to a rule's scopes. */
  readonly scopes: readonly string[];
  readonly keys: JWTVerifyGetKey;
  /** undefined = the issuer does not support introspection, or doorward has no credentials for it. */
  readonly introspect: Introspect | undefined;
}

interface VerifiedToken {
  /** undefined = an opaque token. */
  readonly type: TokenType | undefined;
  readonly scopes: ReadonlySet<string>;
  /** A session as after a sign-in, so that later steps treat both alike. */
  readonly session: Session;
}

/** `until`: milliseconds since the epoch; after that the token is checked again. */
export type TokenVerdict =
  | { readonly verified: VerifiedToken; readonly until: number }
  | { readonly refused: string; readonly type?: TokenType; readonly until: number };

export interface TokenSource {
  readonly issuer: TokenIssuer;
  /** The cached verdict on a token, if there is one. */
  recall(token: string): TokenVerdict | undefined;
  /** Throws an `AuthError` if the issuer is unreachable. */
  verify(token: string): Promise<TokenVerdict>;
}

const longestMs = 5 * 60_000;
/** Shorter, because the issuer may revoke the token at any time (RFC 7662 §4). */
const longestIntrospectedMs = 30_000;
const longestRefusedMs = 10_000;
const mostTokens = 10_000;
const mostCharacters = 16 * 1024 * 1024;

/** Checks the tokens of one issuer, and caches the verdicts. */
export function createTokenSource(
  issuer: TokenIssuer,
  now: () => number,
  most = mostTokens,
): TokenSource {
  const seen = new LRUCache<string, { verdict: TokenVerdict; since: number }>({
    max: most,
    maxSize: mostCharacters,
    sizeCalculation: (_, token) => token.length + 512,
  });
  const pendingChecks = new Map<string, Promise<TokenVerdict>>();
  return { issuer, recall, verify };

  function recall(token: string): TokenVerdict | undefined {
    const found = seen.get(token);
    if (found === undefined) return undefined;
    return isWithin(now(), found.since, found.verdict.until) ? found.verdict : undefined;
  }

  function verify(token: string): Promise<TokenVerdict> {
    const pending =
      pendingChecks.get(token) ?? check(token).finally(() => pendingChecks.delete(token));
    pendingChecks.set(token, pending);
    return pending;
  }

  async function check(token: string): Promise<TokenVerdict> {
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
    algorithms: [...issuer.algorithms],
    requiredClaims: ["exp", "iat"],
    clockTolerance: toleranceSeconds,
    currentDate: new Date(now),
  };
  try {
    const { payload, protectedHeader } = await verifyJwt(token, issuer.keys, options);
    const type = tokenTypeOf(protectedHeader.typ, payload, issuer.provider);
    if (type.kind === undefined) return refused(type.fault);
    const fault = signedTokenFault(payload, type.kind, issuer, now);
    if (fault !== undefined) return { ...refused(fault), type };
    const until = Math.min((payload.exp ?? 0) * 1000, now + longestMs);
    return { verified: await verifiedToken(issuer, token, type, payload, now), until };
  } catch (error) {
    if (error instanceof AuthError && error.code !== "response_rejected") throw error;
    return refused(reasonsOf(error));
  }
}

/** Not cached: any caller could fill the cache with made-up tokens. */
function refused(reason: string): TokenVerdict {
  return { refused: reason, until: 0 };
}

async function checkOpaque(
  issuer: TokenIssuer,
  token: string,
  now: () => number,
): Promise<TokenVerdict> {
  const answer = await issuer.introspect?.(token);
  const time = now();
  if (answer === undefined) return refused("the issuer has no introspection endpoint");
  const fault = introspectedTokenFault(answer, issuer, time);
  if (fault !== undefined) return { refused: fault, until: time + longestRefusedMs };
  const { exp } = answer;
  const end = typeof exp === "number" ? exp * 1000 : Number.POSITIVE_INFINITY;
  return {
    verified: await verifiedToken(issuer, token, undefined, answer, time),
    until: Math.min(end, time + longestIntrospectedMs),
  };
}

async function verifiedToken(
  issuer: TokenIssuer,
  token: string,
  type: TokenType | undefined,
  claims: Claims,
  now: number,
): Promise<VerifiedToken> {
  const { exp, iss } = claims;
  const tokenIssuer = typeof iss === "string" ? iss : issuer.issuer;
  const sources = { idToken: claims, userinfo: undefined, accessToken: claims };
  const record = {
    identity: await identityOf({ ...issuer, issuer: tokenIssuer }, sources, { api: noApi }),
    accessToken: token,
    idToken: type?.kind === "id" ? token : undefined,
    createdAt: now,
    expiresAt: typeof exp === "number" ? exp * 1000 : now + longestIntrospectedMs,
  };
  return { type, scopes: scopesOf(claims), session: new Session(record) };
}

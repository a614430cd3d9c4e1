import { decodeJwt } from "jose";
import type { ProtectedResource } from "../config/protected-resources.ts";
import type { RuleConfig } from "../policy/rule-schema.ts";
import { AuthError } from "../errors.ts";
import { TwoGenerationCache } from "../memory/recent-cache.ts";
import {
  rulesAccepting,
  type CredentialResult,
  type AuthenticateCredentials,
  type CredentialRequest,
} from "./authenticate-credentials.ts";
import { isSignedToken, tokenIn } from "./authorization.ts";
import type { Rule } from "../policy/rules.ts";
import type { TokenSource, TokenVerdict } from "./token-source.ts";
import {
  addedSources,
  ownSources,
  providerIssuers,
  type TokenSourceParts,
} from "./token-sources.ts";

/** An issuer whose tokens a request may use, and the rules that then decide. */
interface Candidate {
  readonly source: TokenSource;
  readonly rules: readonly Rule[];
  /** With `metadata`: of the rule that decides unless the request is ambiguous. */
  readonly resource: ProtectedResource | undefined;
}

const mostKnown = 2_000;
const longestKnown = 4 * 1024;

/** Accepts tokens instead of sessions, only on rules with `bearer`. */
export function createBearer(parts: TokenSourceParts): AuthenticateCredentials {
  const issuers = providerIssuers(parts);
  const own = ownSources(issuers.values(), parts.now);
  const added = addedSources(parts, issuers);
  /** Tokens by their whole header: parsing the header again takes longer than the other steps together. */
  const tokens = new TwoGenerationCache<string>(mostKnown);

  return (request, authorization) => {
    if (!request.rules.some(({ config }) => config.bearer !== undefined)) return undefined;
    const known = tokens.get(authorization);
    const token = known ?? tokenIn(authorization);
    if (token === undefined) return undefined;
    const candidates = candidatesFor(request);
    if (candidates.length === 0) return undefined;
    // Of two headers, the app may read the other one.
    if (request.headers.isRepeated("authorization"))
      return rejected("duplicate Authorization header", candidates);
    if (token === "")
      return rejected("the Authorization header contains no valid token", candidates);
    for (const candidate of candidates) {
      const verdict = candidate.source.recall(token);
      if (verdict === undefined || "refused" in verdict) continue;
      // Only for valid tokens: otherwise any caller could fill the cache.
      if (known === undefined && authorization.length <= longestKnown)
        tokens.set(authorization, token);
      return resultOf(candidate, verdict);
    }
    return isSignedToken(token) ? askKeys(candidates, token) : askIssuers(candidates, token);
  };

  function candidatesFor(request: CredentialRequest): Candidate[] {
    const { site, rules } = request;
    const offered = own.filter(({ issuer }) => site.providers?.includes(issuer.name) !== false);
    const others = new Set(rules.flatMap(({ config }) => added.get(config) ?? []));
    return [...offered, ...others].flatMap((source) => {
      const deciding = rulesAccepting("bearer", request, source.issuer.name);
      const hasSource = ({ config }: Rule) =>
        others.has(source) ? isAdded(config, source) : config.bearer?.metadata !== true;
      const last = deciding.at(-1);
      if (last === undefined || !deciding.every(hasSource)) return [];
      return [{ source, rules: deciding, resource: parts.resources.get(last.config) }];
    });
  }

  function isAdded(config: RuleConfig, source: TokenSource): boolean {
    return added.get(config)?.includes(source) === true;
  }
}

/** The token's unverified claims only select one of the configured issuers; no URL in them is fetched. */
function askKeys(
  candidates: readonly Candidate[],
  token: string,
): CredentialResult | Promise<CredentialResult> {
  let unverified: ReturnType<typeof decodeJwt>;
  try {
    unverified = decodeJwt(token);
  } catch {
    return rejected("the token is not a JWT", candidates);
  }
  const audiences = new Set([unverified.aud].flat());
  const ofIssuer = candidates.filter(({ source }) =>
    source.issuer.issuers.some((issuer) => issuer === unverified.iss),
  );
  const chosen =
    ofIssuer.find(({ source }) => source.issuer.audiences.some((one) => audiences.has(one))) ??
    ofIssuer[0];
  if (chosen === undefined)
    return rejected("iss is not an issuer that the rule accepts", candidates);
  return chosen.source.verify(token).then((verdict) => resultOf(chosen, verdict));
}

const opaqueToken = "opaque tokens require bearer.introspection and a client at the issuer";

function askIssuers(
  candidates: readonly Candidate[],
  token: string,
): CredentialResult | Promise<CredentialResult> {
  const askable = candidates.filter(
    ({ source, rules }) =>
      source.issuer.introspect !== undefined &&
      rules.every(({ config }) => config.bearer?.introspection),
  );
  return askable.length === 0
    ? rejected(opaqueToken, candidates)
    : askInTurn(askable, token, candidates);
}

/** Asks one issuer after another. If none accepts the token and one failed, throws, because that one may accept it. */
async function askInTurn(
  askable: readonly Candidate[],
  token: string,
  candidates: readonly Candidate[],
): Promise<CredentialResult> {
  let refusal = rejected(opaqueToken, candidates);
  let failure: AuthError | undefined;
  for (const candidate of askable) {
    try {
      const verdict = candidate.source.recall(token) ?? (await candidate.source.verify(token));
      if ("verified" in verdict) return resultOf(candidate, verdict);
      refusal = rejected(verdict.refused, candidates);
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      failure = error;
    }
  }
  if (failure !== undefined) throw failure;
  return refusal;
}

/** A valid token must also have a kind and scopes that every one of the rules accepts. */
function resultOf(candidate: Candidate, verdict: TokenVerdict): CredentialResult {
  const { source, rules, resource } = candidate;
  const options = rules.flatMap(({ config }) => config.bearer ?? []);
  const { type } = "refused" in verdict ? verdict : verdict.verified;
  const typeFault =
    type?.kind === "id" && !options.every(({ idTokens }) => idTokens) ? type.fault : undefined;
  if ("refused" in verdict) {
    const reason = typeFault === undefined ? verdict.refused : `${typeFault}; ${verdict.refused}`;
    return rejected(reason, [candidate]);
  }
  if (typeFault !== undefined) return rejected(typeFault, [candidate]);
  const { scopes, session } = verdict.verified;
  if (type === undefined && !options.every(({ introspection }) => introspection))
    return rejected(opaqueToken, [candidate]);
  const wanted = new Set([...source.issuer.scopes, ...options.flatMap((one) => one.scopes)]);
  const missing = [...wanted].filter((scope) => !scopes.has(scope));
  if (missing.length === 0) return { session };
  const reason = `the token lacks a required scope: ${missing.join(" ")}`;
  return { rejection: { code: "insufficient_scope", reason, scopes: [...wanted], resource } };
}

function rejected(
  reason: string,
  [candidate]: readonly Pick<Candidate, "resource">[],
): CredentialResult {
  return { rejection: { code: "invalid_token", reason, resource: candidate?.resource } };
}

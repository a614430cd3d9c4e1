import { decodeJwt } from "jose";
import { oidc } from "../../providers/oidc.ts";
import { asymmetricAlgorithms, type TokenIssuerConfig } from "../policy/bearer-schema.ts";
import type { RuleConfig } from "../policy/rule-schema.ts";
import { AuthError } from "../errors.ts";
import { TwoGenerationCache } from "../memory/recent-cache.ts";
import { createIntrospection } from "../sign-in/introspection.ts";
import { createIssuerKeys } from "../sign-in/issuer-keys.ts";
import type { IssuerFetch } from "../sign-in/issuer-fetch.ts";
import { createTokenIssuer, type RelyingParty } from "../sign-in/relying-party.ts";
import {
  rulesTaking,
  type CredentialResult,
  type AuthenticateCredentials,
  type CredentialRequest,
  type Rejection,
} from "./authenticate-credentials.ts";
import { isSignedToken, tokenIn } from "./authorization.ts";
import type { Rule } from "../policy/rules.ts";
import { createTokenSource, type TokenSource, type TokenVerdict } from "./token-source.ts";

interface Parts {
  readonly parties: ReadonlyMap<string, RelyingParty>;
  readonly rules: readonly RuleConfig[];
  readonly fetch: IssuerFetch;
  readonly now: () => number;
}

/** An issuer whose tokens may be taken here, and the rules that then decide. */
interface Candidate {
  readonly source: TokenSource;
  readonly rules: readonly Rule[];
}

const mostKnown = 2_000;
const longestKnown = 4 * 1024;

/** Takes tokens instead of sessions, on rules with `bearer` alone. */
export function createBearer(parts: Parts): AuthenticateCredentials {
  const own = [...parts.parties.values()].map((party) => ownSource(party, parts));
  const added = addedSources(parts);
  /** The tokens in headers that came before: to read them anew takes longer than all the rest. */
  const tokens = new TwoGenerationCache<string>(mostKnown);

  return (request, authorization) => {
    if (!request.rules.some(({ config }) => config.bearer !== undefined)) return undefined;
    const known = tokens.get(authorization);
    const token = known ?? tokenIn(authorization);
    if (token === undefined) return undefined;
    const candidates = candidatesFor(request);
    if (candidates.length === 0) return undefined;
    // Of two headers an app behind us may read the other one.
    if (request.headers.isRepeated("authorization")) return rejected("Authorization is repeated");
    if (token === "") return rejected("it holds no token");
    for (const candidate of candidates) {
      const verdict = candidate.source.recall(token);
      if (verdict === undefined || "refused" in verdict) continue;
      // Only of a token that is good, or strangers could fill our memory with theirs.
      if (known === undefined && authorization.length <= longestKnown)
        tokens.set(authorization, token);
      return admission(candidate, verdict);
    }
    return isSignedToken(token) ? askKeys(candidates, token) : askIssuers(candidates, token);
  };

  function candidatesFor(request: CredentialRequest): Candidate[] {
    const { site, rules } = request;
    const offered = own.filter(({ issuer }) => site.providers?.includes(issuer.name) !== false);
    const others = new Set(rules.flatMap(({ config }) => added.get(config) ?? []));
    return [...offered, ...others].flatMap((source) => {
      const taking = rulesTaking("bearer", request, source.issuer.name);
      const isTaken = ({ config }: Rule) => !others.has(source) || isAdded(config, source);
      return taking.length > 0 && taking.every(isTaken) ? [{ source, rules: taking }] : [];
    });
  }

  function isAdded(config: RuleConfig, source: TokenSource): boolean {
    return added.get(config)?.includes(source) === true;
  }
}

function ownSource(party: RelyingParty, { now }: Parts): TokenSource {
  const { clientId, audience = [] } = party.settings;
  return createTokenSource(
    {
      ...party,
      audiences: [clientId, ...audience],
      clientId,
      idTokenClient: clientId,
      claims: {},
      scopes: [],
      algorithms: asymmetricAlgorithms,
      introspect: party.authentication.method === "none" ? undefined : createIntrospection(party),
    },
    now,
  );
}

/** Issuers of which rules write the same are one, and fetch their keys once. */
function addedSources(parts: Parts): ReadonlyMap<RuleConfig, readonly TokenSource[]> {
  const made = new Map<string, TokenSource>();
  const sourceOf = (config: TokenIssuerConfig): TokenSource => {
    const key = JSON.stringify(config);
    const source = made.get(key) ?? addedSource(config, parts);
    made.set(key, source);
    return source;
  };
  return new Map(
    parts.rules.map((rule) => [rule, rule.bearer?.issuers.map((issuer) => sourceOf(issuer)) ?? []]),
  );
}

function addedSource(config: TokenIssuerConfig, { fetch, now }: Parts): TokenSource {
  const { issuer, clientId, clientSecret } = config;
  const discover = createTokenIssuer(issuer, { clientId, clientSecret }, { fetch, now });
  const introspect =
    clientSecret === undefined ? undefined : createIntrospection({ issuer, discover });
  return createTokenSource(
    {
      ...config,
      name: issuer,
      issuers: [issuer],
      provider: oidc,
      settings: config,
      clientId,
      idTokenClient: undefined,
      keys: createIssuerKeys({ issuer, discover }, { fetch, now }),
      introspect,
    },
    now,
  );
}

/** What a token says of itself only chooses among the issuers that we know; nothing follows it anywhere. */
async function askKeys(candidates: readonly Candidate[], token: string): Promise<CredentialResult> {
  let said: ReturnType<typeof decodeJwt>;
  try {
    said = decodeJwt(token);
  } catch {
    return rejected("it is no signed token");
  }
  const audiences = new Set([said.aud].flat());
  const ofIssuer = candidates.filter(({ source }) =>
    source.issuer.issuers.some((issuer) => issuer === said.iss),
  );
  const chosen =
    ofIssuer.find(({ source }) => source.issuer.audiences.some((one) => audiences.has(one))) ??
    ofIssuer[0];
  if (chosen === undefined) return rejected("it is of no issuer that may be here");
  return admission(chosen, await chosen.source.verify(token));
}

/** Asks one issuer after the other. Who cannot be reached might have said yes. */
async function askIssuers(
  candidates: readonly Candidate[],
  token: string,
): Promise<CredentialResult> {
  const askable = candidates.filter(
    ({ source, rules }) =>
      source.issuer.introspect !== undefined &&
      rules.every(({ config }) => config.bearer?.introspection),
  );
  let refusal = rejected("it is not signed, and no issuer is asked about it");
  let failure: AuthError | undefined;
  for (const candidate of askable) {
    try {
      const verdict = candidate.source.recall(token) ?? (await candidate.source.verify(token));
      if ("verified" in verdict) return admission(candidate, verdict);
      refusal = rejected(verdict.refused);
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      failure = error;
    }
  }
  if (failure !== undefined) throw failure;
  return refusal;
}

/** A token that is good must still be of a kind and of a scope that each of the rules takes. */
function admission({ source, rules }: Candidate, verdict: TokenVerdict): CredentialResult {
  if ("refused" in verdict) return rejected(verdict.refused);
  const { kind, scopes, session } = verdict.verified;
  const options = rules.flatMap(({ config }) => config.bearer ?? []);
  if (kind === "id" && !options.every(({ idTokens }) => idTokens))
    return rejected("it is no access token by RFC 9068, and ID tokens are not taken");
  if (kind === "opaque" && !options.every(({ introspection }) => introspection))
    return rejected("it is not signed");
  const wanted = [...source.issuer.scopes, ...options.flatMap((option) => option.scopes)];
  if (wanted.every((scope) => scopes.has(scope))) return { session };
  const rejection: Rejection = {
    code: "insufficient_scope",
    reason: "it lacks a scope",
    scopes: [...new Set(wanted)],
  };
  return { rejection };
}

function rejected(reason: string): CredentialResult {
  return { rejection: { code: "invalid_token", reason } };
}

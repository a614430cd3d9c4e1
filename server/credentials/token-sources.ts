import { oidc } from "../../providers/oidc.ts";
import type { ProtectedResources } from "../config/protected-resources.ts";
import { sharing } from "../memory/sharing.ts";
import { asymmetricAlgorithms, type TokenIssuerConfig } from "../policy/bearer-schema.ts";
import type { RuleConfig } from "../policy/rule-schema.ts";
import type { Counts } from "../observe/counts.ts";
import type { Tracer } from "../observe/tracer.ts";
import { createIntrospection } from "../sign-in/introspection.ts";
import type { IssuerFetch } from "../sign-in/issuer-fetch.ts";
import { createTokenIssuer, type RelyingParty } from "../sign-in/relying-party.ts";
import { createTokenSource, type TokenIssuer, type TokenSource } from "./token-source.ts";

export interface TokenSourceParts {
  readonly parties: ReadonlyMap<string, RelyingParty>;
  readonly rules: readonly RuleConfig[];
  readonly resources: ProtectedResources;
  readonly fetch: IssuerFetch;
  readonly counts: Pick<Counts, "issuerSeconds">;
  readonly tracer?: Tracer | undefined;
  readonly now: () => number;
}

/** There can be hundreds of resources, and the cache of each takes its memory at once: 31 KiB instead of 456. */
const mostOfResource = 1_000;

/** The providers as issuers of tokens, by name. All their sources share one limit of requests for introspection. */
export function providerIssuers({
  parties,
}: Pick<TokenSourceParts, "parties">): ReadonlyMap<string, ProviderIssuer> {
  return new Map([...parties].map(([name, party]) => [name, issuerOf(party)]));
}

type ProviderIssuer = ReturnType<typeof issuerOf>;

/** The providers as sources of tokens, for rules without `metadata`. */
export function ownSources(issuers: Iterable<ProviderIssuer>, now: () => number): TokenSource[] {
  return Array.from(issuers, (issuer) => {
    const { clientId, audience = [] } = issuer.settings;
    const recipient = { audiences: [clientId, ...audience], clientId, idTokenClient: clientId };
    return createTokenSource({ ...issuer, ...recipient }, now);
  });
}

/**
 * The sources that a rule has for itself: its `issuers` and, with `metadata`, the providers with the resource as the
 * only audience. Equal ones of several rules are shared, so that keys are fetched once.
 */
export function addedSources(
  parts: TokenSourceParts,
  issuers: ReadonlyMap<string, ProviderIssuer>,
): ReadonlyMap<RuleConfig, readonly TokenSource[]> {
  const { rules, resources, now } = parts;
  const source = sharing<TokenSource>();
  const connect = createConnections(parts);
  return new Map(
    rules.map((rule) => {
      const resource = resources.get(rule);
      const { audiences = [], providers = [] } = resource ?? {};
      const ofResource = providers.flatMap((name) => issuers.get(name) ?? []);
      return [
        rule,
        [
          ...ofResource.map((issuer) =>
            source([issuer.name, audiences], () =>
              createTokenSource(forResource(issuer, audiences), now, mostOfResource),
            ),
          ),
          ...(rule.bearer?.issuers ?? []).map((config) =>
            source([config, audiences], () => {
              const { audiences: own = [] } = config;
              const issuer = addedIssuer(config, connect(config));
              return resource === undefined
                ? createTokenSource({ ...issuer, audiences: own }, now)
                : createTokenSource(
                    forResource(issuer, [...audiences, ...own]),
                    now,
                    mostOfResource,
                  );
            }),
          ),
        ],
      ];
    }),
  );
}

/** A token without an audience could be for any resource, even one of doorward's own client. */
function forResource(
  issuer: Omit<TokenIssuer, "audiences" | "clientId" | "idTokenClient">,
  audiences: readonly string[],
): TokenIssuer {
  return { ...issuer, audiences, clientId: undefined, idTokenClient: undefined };
}

/** Issuers that differ in nothing but what a rule requires of their tokens have one connection. */
function createConnections(parts: TokenSourceParts) {
  const connection = sharing<Pick<TokenIssuer, "keys" | "introspect">>();
  return (config: TokenIssuerConfig) => {
    const { issuer, discovery, clientId, clientSecret } = config;
    const client = { clientId, clientSecret };
    return connection([issuer, discovery, client], () => {
      const { discover, keys } = createTokenIssuer(config, client, parts);
      const introspect =
        clientSecret === undefined ? undefined : createIntrospection({ issuer, discover });
      return { keys, introspect };
    });
  };
}

function issuerOf(party: RelyingParty) {
  return {
    ...party,
    claims: {},
    scopes: [],
    algorithms: asymmetricAlgorithms,
    introspect: party.authentication.method === "none" ? undefined : createIntrospection(party),
  };
}

function addedIssuer(
  config: TokenIssuerConfig,
  connection: Pick<TokenIssuer, "keys" | "introspect">,
): Omit<TokenIssuer, "audiences"> {
  const { issuer, clientId } = config;
  return {
    ...config,
    ...connection,
    name: issuer,
    issuers: [issuer],
    provider: oidc,
    settings: config,
    clientId,
    idTokenClient: undefined,
  };
}

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

/** The providers as sources of tokens, for rules without `metadata`. */
export function ownSources({ parties, now }: TokenSourceParts): TokenSource[] {
  return Array.from(parties.values(), (party) => {
    const { clientId, audience = [] } = party.settings;
    const recipient = { audiences: [clientId, ...audience], clientId, idTokenClient: clientId };
    return createTokenSource({ ...issuerOf(party), ...recipient }, now);
  });
}

/**
 * The sources that a rule has for itself: its `issuers` and, with `metadata`, the providers with the resource as the
 * only audience. Equal ones of several rules are shared, so that keys are fetched once.
 */
export function addedSources(
  parts: TokenSourceParts,
): ReadonlyMap<RuleConfig, readonly TokenSource[]> {
  const { parties, rules, resources, now } = parts;
  const source = sharing<TokenSource>();
  const connection = sharing<ReturnType<typeof createTokenIssuer>>();
  const added = (config: TokenIssuerConfig): Omit<TokenIssuer, "audiences"> => {
    const { issuer, discovery, clientId, clientSecret } = config;
    const client = { clientId, clientSecret };
    const connected = connection([issuer, discovery, client], () =>
      createTokenIssuer(config, client, parts),
    );
    return addedIssuer(config, connected);
  };
  return new Map(
    rules.map((rule) => {
      const { audiences = [], providers = [] } = resources.get(rule) ?? {};
      const ofResource = providers.flatMap((name) => {
        const party = parties.get(name);
        // Without an audience, a token of our client could be for any resource, so there is no client id.
        const recipient = { audiences, clientId: undefined, idTokenClient: undefined };
        return party === undefined
          ? []
          : source([name, audiences], () =>
              createTokenSource({ ...issuerOf(party), ...recipient }, now),
            );
      });
      const ofRule = (rule.bearer?.issuers ?? []).map((config) => {
        const all = [...audiences, ...(config.audiences ?? [])];
        return source([config, all], () =>
          createTokenSource({ ...added(config), audiences: all }, now),
        );
      });
      return [rule, [...ofResource, ...ofRule]];
    }),
  );
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
  { discover, keys }: ReturnType<typeof createTokenIssuer>,
): Omit<TokenIssuer, "audiences"> {
  const { issuer, clientId, clientSecret } = config;
  const introspect =
    clientSecret === undefined ? undefined : createIntrospection({ issuer, discover });
  return {
    ...config,
    name: issuer,
    issuers: [issuer],
    provider: oidc,
    settings: config,
    clientId,
    idTokenClient: undefined,
    keys,
    introspect,
  };
}

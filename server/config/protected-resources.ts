import { providers } from "../../providers/registry.ts";
import { parseHostPattern } from "../policy/host-pattern.ts";
import { resourcePlaceOf } from "../policy/resource-identifier.ts";
import type { RuleConfig } from "../policy/rule-schema.ts";
import type { Config } from "./schema.ts";
import { createEntryFinder } from "./site-finder.ts";
import { createSites } from "./sites.ts";
import { issuersOf } from "./tenant-issuers.ts";

/** The resource of a rule with `bearer.metadata` (RFC 9728). */
export interface ProtectedResource {
  /** Its URL, without a slash at its end. */
  readonly identifier: string;
  /** `aud` of its tokens (RFC 8707 §2): the identifier in each spelling. */
  readonly audiences: readonly string[];
  readonly scheme: "https" | "http";
  /** With the port, unless it is the scheme's default. */
  readonly host: string;
  /** Where the document is, on the resource's own host. */
  readonly metadataPath: string;
  readonly metadataUrl: string;
  /** The scopes that every token needs. */
  readonly scopes: readonly string[];
  /** The providers whose tokens are accepted; none if the rule names its own issuers. */
  readonly providers: readonly string[];
  /** The issuers whose tokens are accepted. */
  readonly issuers: readonly string[];
  /** The document, as JSON. */
  readonly document: string;
}

export type ProtectedResources = ReadonlyMap<RuleConfig, ProtectedResource>;

/** RFC 9728 §3: this stands between the host and the path of the identifier. */
const wellKnown = "/.well-known/oauth-protected-resource";

type Described = Omit<ProtectedResource, "document"> & {
  readonly scopesSupported: readonly string[];
};

/** The resources of all rules with `bearer.metadata`. The rules of one resource share a document. */
export function createProtectedResources(config: Config): ProtectedResources {
  const rules = config.rules.filter(({ bearer }) => bearer?.metadata === true);
  if (rules.length === 0) return new Map();
  const entryOf = createEntryFinder(createSites(config));
  const described = rules.flatMap((rule): [RuleConfig, Described][] => {
    const one = describe(rule, config, entryOf);
    return one === undefined ? [] : [[rule, one]];
  });
  const sharing = Map.groupBy(described, ([, { identifier }]) => identifier);
  return new Map(
    described.map(([rule, one]) => {
      const rulesOfOne = sharing.get(one.identifier) ?? [];
      const document = documentOf(rulesOfOne.map(([, each]) => each));
      return [rule, { ...one, document }];
    }),
  );
}

function describe(
  rule: RuleConfig,
  config: Config,
  entryOf: ReturnType<typeof createEntryFinder>,
): Described | undefined {
  const place = resourcePlaceOf(rule);
  if ("problem" in place) return undefined; // the checks of the configuration refuse it
  const { name, port } = parseHostPattern(place.host);
  const entry = entryOf(name);
  const scheme = entry?.secure === false ? "http" : "https";
  const isUsual = port === "" || port === (scheme === "https" ? "443" : "80");
  const host = isUsual ? name : place.host;
  const origin = `${scheme}://${host}`;
  const identifier = origin + place.path;
  const metadataPath = wellKnown + place.path;
  const { scopes = [], issuers = [] } = rule.bearer ?? {};
  const ofProviders = issuers.length > 0 ? [] : tokenIssuersOf(config, entry?.providers);
  return {
    identifier,
    // RFC 3986 §6.2.3: an empty path and "/" are the same, and URL libraries write the latter.
    audiences: place.path === "" ? [identifier, `${identifier}/`] : [identifier],
    scheme,
    host,
    metadataPath,
    metadataUrl: origin + metadataPath,
    // A scope of one of several issuers may be unknown to the issuer that the client chooses.
    scopes: [...new Set([...scopes, ...commonScopes(issuers.map((issuer) => issuer.scopes))])],
    scopesSupported: [...scopes, ...issuers.flatMap((issuer) => issuer.scopes)],
    providers: ofProviders.map(([provider]) => provider),
    issuers: [...ofProviders.flatMap(([, each]) => each), ...issuers.map(({ issuer }) => issuer)],
  };
}

function commonScopes([first = [], ...others]: readonly (readonly string[])[]): string[] {
  return first.filter((scope) => others.every((list) => list.includes(scope)));
}

/** The providers of a site that are issuers of tokens, with their issuers: those of its tenants, if it has several. */
function tokenIssuersOf(
  config: Config,
  offered: readonly string[] | undefined,
): [string, readonly string[]][] {
  return Object.entries(config.providers).flatMap(([name, settings]): [string, string[]][] => {
    const provider = providers.get(settings.type ?? name);
    const issuer = settings.issuer ?? provider?.issuer;
    const isOffered = offered?.includes(name) !== false;
    if (!isOffered || issuer === undefined || provider?.isOAuthOnly) return [];
    return [[name, issuersOf(provider?.metadata?.(issuer) ?? { issuer }, settings.tenants)]];
  });
}

/** RFC 9728 §2: an empty list is omitted. */
function documentOf(sharing: readonly Described[]): string {
  const issuers = new Set(sharing.flatMap((one) => one.issuers));
  const scopes = new Set(sharing.flatMap(({ scopesSupported }) => scopesSupported));
  return JSON.stringify({
    resource: sharing[0]?.identifier,
    authorization_servers: [...issuers],
    ...(scopes.size > 0 && { scopes_supported: [...scopes] }),
    bearer_methods_supported: ["header"],
  });
}

import type { JWTVerifyGetKey } from "jose";
import type { Configuration, ServerMetadata } from "openid-client";
import type { Endpoints, Metadata, Provider } from "../../providers/provider.ts";
import type { ProviderConfig } from "../config/schema.ts";
import { isTemplated } from "../config/tenant-issuers.ts";
import type { TokenIssuerConfig } from "../policy/bearer-schema.ts";
import { AuthError } from "../errors.ts";
import type { Counts } from "../observe/counts.ts";
import type { Tracer } from "../observe/tracer.ts";
import type { VisitorLog } from "../observe/visitor-log.ts";
import {
  noAuthentication,
  secretAuthentication,
  type ClientAuthentication,
} from "./client-authentication.ts";
import { createDirectory, type Directory } from "./directory.ts";
import type { IssuerFetch } from "./issuer-fetch.ts";
import { watchIssuer, type IssuerHealth } from "./issuer-health.ts";
import type { createIssuerKeys, IssuerKeys, VerifyIssued } from "./issuer-keys.ts";
import type { BuildSignInUrl } from "./pushed-request.ts";
import { cached, type Cached } from "../memory/cached.ts";
import { loadOnce, onFirstCall } from "../memory/on-first-call.ts";
import { createRequestTimer } from "./timed-fetch.ts";
import { issuersFor, placeAt, usualPlace, withAcceptedKeys } from "./tenants.ts";

/** Our registration at one issuer, as a sign-in needs it. */
export interface RelyingParty {
  readonly name: string;
  readonly label: string;
  readonly issuer: string;
  /** The accepted values of `iss`: the issuer's own, or those of the tenants that may sign in. */
  readonly issuers: readonly string[];
  readonly place: Metadata;
  readonly provider: Provider;
  readonly settings: ProviderConfig;
  /** The endpoints of the provider's preset, overridden by those that the operator configured. */
  readonly endpoints: Endpoints;
  readonly authentication: ClientAuthentication;
  readonly fetch: IssuerFetch;
  /** The directory from which a service account reads groups. */
  readonly directory: Directory | undefined;
  /** With several providers, the name of one that needs its own callback: its responses have no `iss` (RFC 9207). */
  ownCallback(metadata: ServerMetadata): string | undefined;
  /** The URL to send a browser to for signing in. */
  readonly buildSignInUrl: BuildSignInUrl;
  /** The issuer's metadata, fetched at the first use. Throws "issuer_unreachable" or "issuer_broken". */
  readonly discover: Cached<Configuration>;
  /** The issuer's keys, for tokens that a visitor sends. */
  readonly keys: JWTVerifyGetKey;
  /** Checks a token that the issuer itself sent, with the same keys. */
  readonly verifyIssued: VerifyIssued;
  readonly health: IssuerHealth;
}

interface Parts {
  readonly fetch: IssuerFetch;
  readonly counts: Pick<Counts, "issuerSeconds">;
  readonly tracer?: Tracer | undefined;
  readonly now: () => number;
}

export interface RelyingPartyParts extends Parts {
  readonly log: Pick<VisitorLog, "warn">;
  readonly isAlone: boolean;
  readonly authentication: ClientAuthentication;
}

export function createRelyingParty(
  name: string,
  provider: Provider,
  settings: ProviderConfig,
  parts: RelyingPartyParts,
): RelyingParty {
  const issuer = settings.issuer ?? provider.issuer ?? "";
  const endpoints = { ...provider.endpoints?.(issuer.replace(/\/+$/, "")), ...settings.endpoints };
  const { authentication, counts, tracer } = parts;
  const { place, issuers } = issuersFor(provider, settings);
  const { timed, learn } = createRequestTimer(name, place.address, counts, tracer);
  const apiFetch = timed(parts.fetch);
  const health = watchIssuer(provider.isOAuthOnly ? undefined : place.address, {
    fetch: timed(authentication.fetch ?? parts.fetch),
    now: parts.now,
  });
  const { fetch: clientFetch } = health;
  const fetch = isTemplated(place.issuer)
    ? withAcceptedKeys(clientFetch, place.issuer, issuers)
    : clientFetch;
  const { clientId } = settings;
  const { ofVisitors, verifyIssued } = openIssuerKeys(
    { issuer, discover: () => discover() },
    { ...parts, fetch },
  );
  const signer = { issuers, clientId, verifyIssued };
  const client = { clientId, endpoints, authentication, fetch, quirks: provider, signer };
  const discover = cached(async () => {
    const { configure, discoverOnce, oauthNeeds, signInNeeds } = await loadDiscovery();
    const configuration = provider.isOAuthOnly
      ? await configure(place, { issuer }, client, oauthNeeds)
      : await discoverOnce(place, client, signInNeeds);
    learn(configuration.serverMetadata());
    return configuration;
  }, parts.now);
  return {
    name,
    label: settings.label ?? labelOf(name, provider),
    issuer,
    issuers,
    place,
    provider,
    settings,
    endpoints,
    authentication,
    fetch: apiFetch,
    directory: createDirectory(name, provider, settings, endpoints.api, {
      ...parts,
      fetch: apiFetch,
    }),
    keys: ofVisitors,
    verifyIssued,
    health,
    // Mix-up (RFC 9700 §4.4.2): either the response contains `iss` (RFC 9207), or the callback URL identifies the issuer.
    ownCallback: (metadata) =>
      parts.isAlone || metadata.authorization_response_iss_parameter_supported ? undefined : name,
    buildSignInUrl: onFirstCall(async () => {
      const { createSignInUrlBuilder } = await import("./pushed-request.ts");
      return createSignInUrlBuilder(issuer, parts);
    }),
    discover,
  };
}

/** An issuer whose tokens alone are accepted: its metadata, fetched at the first use, and its keys. */
export function createTokenIssuer(
  { issuer, discovery }: Pick<TokenIssuerConfig, "issuer" | "discovery">,
  credentials: Pick<ProviderConfig, "clientSecret"> & { clientId: string | undefined },
  { fetch: plainFetch, counts, tracer, now }: Parts,
): Pick<RelyingParty, "discover" | "keys"> {
  const { clientId = "doorward", clientSecret } = credentials; // openid-client requires an id; it is not sent
  const authentication =
    clientSecret === undefined ? noAuthentication : secretAuthentication(clientSecret);
  const place = placeAt(discovery, usualPlace(issuer));
  const { timed, learn } = createRequestTimer(issuer, place.address, counts, tracer);
  const fetch = timed(plainFetch);
  const { ofVisitors, verifyIssued } = openIssuerKeys(
    { issuer, discover: () => discover() },
    { fetch, now },
  );
  const signer = { issuers: [issuer], clientId, verifyIssued };
  const client = { clientId, endpoints: {}, authentication, fetch, signer };
  const discover = cached(async () => {
    const { discoverOnce, tokenNeeds } = await loadDiscovery();
    const configuration = await discoverOnce(place, client, tokenNeeds);
    learn(configuration.serverMetadata());
    return configuration;
  }, now);
  return { discover, keys: ofVisitors };
}

/** The first request to an issuer loads this, and openid-client. */
async function loadDiscovery() {
  return { ...(await import("./discovery.ts")), ...(await import("./metadata.ts")) };
}

/** The keys of an issuer. jose is loaded by the first token; a failure of that counts as one to fetch the keys. */
function openIssuerKeys(...given: Parameters<typeof createIssuerKeys>): IssuerKeys {
  const [{ issuer }] = given;
  const keys = loadOnce(async () => {
    try {
      const { createIssuerKeys: create } = await import("./issuer-keys.ts");
      return create(...given);
    } catch (cause) {
      throw new AuthError("issuer_unreachable", `cannot check tokens of ${issuer}`, { cause });
    }
  });
  return {
    ofVisitors: async (...token) => (await keys()).ofVisitors(...token),
    verifyIssued: async (...token) => (await keys()).verifyIssued(...token),
  };
}

/** A provider named after its type has the type's label; otherwise its name is the label. */
function labelOf(name: string, provider: Provider): string {
  const isKind = name === provider.kind.replaceAll(".", "-"); // a name holds no dots
  return isKind ? provider.label : name.slice(0, 1).toUpperCase() + name.slice(1);
}

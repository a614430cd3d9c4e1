import type { JWTVerifyGetKey } from "jose";
import {
  allowInsecureRequests,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  None,
  type ClientAuth,
  type ServerMetadata,
} from "openid-client";
import type { Endpoints, Metadata, Provider } from "../../providers/provider.ts";
import type { ProviderConfig } from "../config/schema.ts";
import { webAddressFault } from "../config/web-address.ts";
import { isLoopbackHost } from "../forwarded/loopback.ts";
import { createDirectory, type Directory } from "./directory.ts";
import { discoveryError } from "./issuer-error.ts";
import type { IssuerFetch } from "./issuer-fetch.ts";
import { createIssuerKeys } from "./issuer-keys.ts";
import { remembered, type Remembered } from "./remembered.ts";
import {
  isTemplated,
  issuersOf,
  openPlain,
  openTemplated,
  usualPlace,
  withoutStrangersKeys,
} from "./tenants.ts";
import { atTokenEndpoint, type TokenQuirks } from "./token-endpoint.ts";

/** An issuer that is slow is, to the person who waits, an issuer that is down. */
const patienceSeconds = 4;

/** Our registration at one issuer: what a sign-in needs to know of it. */
export interface RelyingParty {
  readonly name: string;
  readonly label: string;
  readonly issuer: string;
  /** Whose `iss` it is that counts: the issuer's own, or those of the tenants that may sign in. */
  readonly issuers: readonly string[];
  readonly place: Metadata;
  readonly provider: Provider;
  readonly settings: ProviderConfig;
  /** Addresses that the operator or the kind of provider gives; the operator's go first. */
  readonly endpoints: Endpoints;
  readonly fetch: IssuerFetch;
  /** Where a service account learns groups. */
  readonly directory: Directory | undefined;
  /** Beside other providers an issuer that does not say whose answer it gives has a callback of its own. */
  ownCallback(metadata: ServerMetadata): string | undefined;
  /** The issuer's metadata, asked for at the first use. Throws "issuer_unreachable" or "issuer_broken". */
  readonly discover: Remembered<Configuration>;
  readonly keys: JWTVerifyGetKey;
}

export function createRelyingParty(
  name: string,
  provider: Provider,
  settings: ProviderConfig,
  parts: { readonly fetch: IssuerFetch; readonly now: () => number; readonly isAlone: boolean },
): RelyingParty {
  const issuer = settings.issuer ?? provider.issuer ?? "";
  const endpoints = { ...provider.endpoints?.(issuer.replace(/\/+$/, "")), ...settings.endpoints };
  const clientAuthentication = settings.clientAuthentication ?? provider.clientAuthentication;
  const client = { ...settings, endpoints, clientAuthentication, quirks: provider };
  const place = provider.metadata?.(issuer) ?? usualPlace(issuer);
  const issuers = issuersOf(place, settings.tenants);
  const fetch = isTemplated(place.issuer)
    ? withoutStrangersKeys(parts.fetch, place.issuer, issuers)
    : parts.fetch;
  const discover = remembered(
    async () =>
      provider.isOAuthOnly
        ? documented(issuer, client, fetch)
        : discoverOnce(place, client, toSignIn, fetch),
    parts.now,
  );
  return {
    name,
    label: settings.label ?? labelOf(name, provider),
    issuer,
    issuers,
    place,
    provider,
    settings,
    endpoints,
    fetch: parts.fetch,
    directory: createDirectory(name, provider, settings, endpoints.api, parts),
    keys: createIssuerKeys({ issuer, discover }, { ...parts, fetch }),
    // Mix-up (RFC 9700 §4.4.2): either the answer names its issuer (RFC 9207), or its address does.
    ownCallback: (metadata) =>
      parts.isAlone || metadata.authorization_response_iss_parameter_supported ? undefined : name,
    discover,
  };
}

/** An issuer whose tokens we only check: its metadata, asked for at the first use. */
export function createTokenIssuer(
  issuer: string,
  credentials: Pick<ProviderConfig, "clientSecret"> & { clientId: string | undefined },
  parts: { readonly fetch: IssuerFetch; readonly now: () => number },
): RelyingParty["discover"] {
  const client = {
    ...credentials,
    clientId: credentials.clientId ?? "doorward", // openid-client wants one; it is sent nowhere
    endpoints: {},
  };
  const place = usualPlace(issuer);
  return remembered(() => discoverOnce(place, client, toCheckTokens, parts.fetch), parts.now);
}

/** A provider that goes by its kind's name has its kind's label; a name of its own says more. */
function labelOf(name: string, provider: Provider): string {
  const isKind = name === provider.kind.replaceAll(".", "-"); // a name holds no dots
  return isKind ? provider.label : name.slice(0, 1).toUpperCase() + name.slice(1);
}

/** Our registration at an issuer, as far as speaking to it needs. */
type Client = Pick<
  ProviderConfig,
  "clientId" | "clientSecret" | "clientAuthentication" | "endpoints"
> & { readonly quirks?: TokenQuirks };

async function discoverOnce(
  { address, issuer }: Metadata,
  settings: Client,
  needs: Needs,
  fetch: IssuerFetch,
): Promise<Configuration> {
  const url = new URL(address);
  try {
    // Of a whole address openid-client leaves it to us to compare the issuer, which `checkMetadata` does.
    const found = await discovery(url, settings.clientId, undefined, None(), {
      timeout: patienceSeconds,
      [customFetch]: fetch,
      execute: url.protocol === "http:" ? [allowInsecureRequests] : [],
    });
    return await configure(issuer, found.serverMetadata(), settings, needs, fetch);
  } catch (error) {
    throw discoveryError(error, issuer);
  }
}

/** The issuer as found, with the operator's endpoints, our way to authenticate and every check on. */
async function configure(
  issuer: string,
  found: ServerMetadata,
  settings: Client,
  needs: Needs,
  fetch: IssuerFetch,
): Promise<Configuration> {
  checkMetadata(issuer, found, needs);
  const metadata = { ...found, ...overridden(settings.endpoints) };
  const open = isTemplated(issuer) ? openTemplated : openPlain;
  const configuration = await open(metadata, settings.clientId, authentication(metadata, settings));
  configuration.timeout = patienceSeconds;
  const tokenFetch = atTokenEndpoint(fetch, settings.quirks);
  const tokenUrl = metadata.token_endpoint && new URL(metadata.token_endpoint).href;
  configuration[customFetch] = (url, init) => (url === tokenUrl ? tokenFetch : fetch)(url, init);
  if (
    Object.values({ issuer, ...settings.endpoints }).some((address) => address?.startsWith("http:"))
  ) {
    allowInsecureRequests(configuration); // the schema lets plain http be this machine only
  }
  // Over the code flow OpenID Connect lets TLS vouch for the ID token; we look at its signature as well.
  enableNonRepudiationChecks(configuration);
  return configuration;
}

/** An OAuth 2.0 provider publishes no metadata: its documentation says where it answers. */
function documented(issuer: string, settings: Client, fetch: IssuerFetch): Promise<Configuration> {
  const metadata = { issuer, ...overridden(settings.endpoints) };
  return configure(issuer, metadata, settings, toAskApi, fetch);
}

/** The configuration's names for endpoints, and the metadata's (RFC 8414 §2). */
const metadataNames = {
  authorization: "authorization_endpoint",
  token: "token_endpoint",
  userinfo: "userinfo_endpoint",
  jwks: "jwks_uri",
  introspection: "introspection_endpoint",
  revocation: "revocation_endpoint",
  endSession: "end_session_endpoint",
  pushedAuthorization: "pushed_authorization_request_endpoint",
} as const;

function overridden(endpoints: Client["endpoints"]): Partial<ServerMetadata> {
  return Object.fromEntries(
    Object.entries(metadataNames).flatMap(([name, metadataName]) => {
      const address = endpoints[name as keyof typeof metadataNames];
      return address === undefined ? [] : [[metadataName, address]];
    }),
  );
}

type EndpointName =
  | "authorization_endpoint"
  | "token_endpoint"
  | "jwks_uri"
  | "userinfo_endpoint"
  | "introspection_endpoint";

/** The endpoints that we may speak to; without those of `must` nothing works. */
interface Needs {
  readonly must: readonly EndpointName[];
  readonly may: readonly EndpointName[];
}

const toSignIn: Needs = {
  must: ["authorization_endpoint", "token_endpoint", "jwks_uri"],
  may: ["userinfo_endpoint", "introspection_endpoint"],
};

const toAskApi: Needs = { must: ["authorization_endpoint", "token_endpoint"], may: [] };

/** Kubernetes and build services publish keys and nothing else. */
const toCheckTokens: Needs = { must: ["jwks_uri"], may: ["introspection_endpoint"] };

function checkMetadata(issuer: string, metadata: ServerMetadata, { must, may }: Needs): void {
  // OpenID Connect Discovery §4.3: exactly the same, not merely the same but for a slash.
  if (metadata.issuer !== issuer) {
    throw new Error(
      `the issuer calls itself ${JSON.stringify(metadata.issuer)}: write just that as \`issuer\``,
    );
  }
  for (const name of [...must, ...may]) {
    const endpoint = metadata[name];
    if (endpoint === undefined && may.includes(name)) continue;
    const fault = typeof endpoint === "string" ? endpointFault(issuer, endpoint) : "is missing";
    if (fault !== undefined) throw new Error(`the issuer's ${name} ${fault}`);
  }
}

/** Metadata may not lead us to a machine of the inside: https, and this machine only if the issuer is on it. */
function endpointFault(issuer: string, endpoint: string): string | undefined {
  const fault = webAddressFault(endpoint.replace(/[?#].*$/, ""));
  if (fault !== undefined) return fault;
  return isLocal(endpoint) && !isLocal(issuer) ? "leads to this machine" : undefined;
}

function isLocal(address: string): boolean {
  return isLoopbackHost(new URL(address).hostname);
}

/** OpenID Connect Discovery §3: without a word of the issuer it is `client_secret_basic`. */
function authentication(metadata: ServerMetadata, settings: Client): ClientAuth {
  const { clientSecret, clientAuthentication } = settings;
  if (clientSecret === undefined || clientAuthentication === "none") return None();
  const offered = metadata.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
  const chosen =
    clientAuthentication ??
    (offered.includes("client_secret_basic") ? "client_secret_basic" : "client_secret_post");
  return chosen === "client_secret_basic"
    ? ClientSecretBasic(clientSecret)
    : ClientSecretPost(clientSecret);
}

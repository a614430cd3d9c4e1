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
import type { Provider } from "../../providers/provider.ts";
import type { ProviderConfig } from "../config/schema.ts";
import { webAddressFault } from "../config/web-address.ts";
import { isLoopbackHost } from "../forwarded/loopback.ts";
import { discoveryError } from "./issuer-error.ts";
import type { IssuerFetch } from "./issuer-fetch.ts";
import { remembered } from "./remembered.ts";

/** An issuer that is slow is, to the person who waits, an issuer that is down. */
const patienceSeconds = 4;

/** Our registration at one issuer: what a sign-in needs to know of it. */
export interface RelyingParty {
  readonly name: string;
  readonly label: string;
  readonly issuer: string;
  readonly provider: Provider;
  readonly settings: ProviderConfig;
  /** Beside other providers an issuer that does not say whose answer it gives has a callback of its own. */
  ownCallback(metadata: ServerMetadata): string | undefined;
  /** The issuer's metadata, asked for at the first use. Throws "issuer_unreachable" or "issuer_broken". */
  discover(): Promise<Configuration>;
}

export function createRelyingParty(
  name: string,
  provider: Provider,
  settings: ProviderConfig,
  parts: { readonly fetch: IssuerFetch; readonly now: () => number; readonly isAlone: boolean },
): RelyingParty {
  const issuer = settings.issuer ?? provider.issuer ?? "";
  const discover = remembered(() => discoverOnce(issuer, settings, parts.fetch), parts.now);
  return {
    name,
    label: settings.label ?? labelOf(name, provider),
    issuer,
    provider,
    settings,
    // Mix-up (RFC 9700 §4.4.2): either the answer names its issuer (RFC 9207), or its address does.
    ownCallback: (metadata) =>
      parts.isAlone || metadata.authorization_response_iss_parameter_supported ? undefined : name,
    discover,
  };
}

/** A provider that goes by its kind's name has its kind's label; a name of its own says more. */
function labelOf(name: string, provider: Provider): string {
  return name === provider.kind ? provider.label : name.slice(0, 1).toUpperCase() + name.slice(1);
}

async function discoverOnce(
  issuer: string,
  settings: ProviderConfig,
  fetch: IssuerFetch,
): Promise<Configuration> {
  const url = new URL(issuer);
  try {
    const found = await discovery(url, settings.clientId, undefined, None(), {
      timeout: patienceSeconds,
      [customFetch]: fetch,
      execute: url.protocol === "http:" ? [allowInsecureRequests] : [],
    });
    return configure(issuer, found.serverMetadata(), settings, fetch);
  } catch (error) {
    throw discoveryError(error, issuer);
  }
}

/** The issuer as found, with the operator's endpoints, our way to authenticate and every check on. */
function configure(
  issuer: string,
  found: ServerMetadata,
  settings: ProviderConfig,
  fetch: IssuerFetch,
): Configuration {
  checkMetadata(issuer, found);
  const { authorization, token, userinfo, jwks } = settings.endpoints;
  const metadata: ServerMetadata = {
    ...found,
    ...(authorization && { authorization_endpoint: authorization }),
    ...(token && { token_endpoint: token }),
    ...(userinfo && { userinfo_endpoint: userinfo }),
    ...(jwks && { jwks_uri: jwks }),
  };
  const configuration = new Configuration(
    metadata,
    settings.clientId,
    {},
    authentication(metadata, settings),
  );
  configuration.timeout = patienceSeconds;
  configuration[customFetch] = fetch;
  if (
    Object.values({ issuer, ...settings.endpoints }).some((address) => address?.startsWith("http:"))
  ) {
    allowInsecureRequests(configuration); // the schema lets plain http be this machine only
  }
  // Over the code flow OpenID Connect lets TLS vouch for the ID token; we look at its signature as well.
  enableNonRepudiationChecks(configuration);
  return configuration;
}

const endpoints = [
  "authorization_endpoint",
  "token_endpoint",
  "jwks_uri",
  "userinfo_endpoint",
] as const;

function checkMetadata(issuer: string, metadata: ServerMetadata): void {
  // OpenID Connect Discovery §4.3: exactly the same, not merely the same but for a slash.
  if (metadata.issuer !== issuer) {
    throw new Error(
      `the issuer calls itself ${JSON.stringify(metadata.issuer)}: write just that as \`issuer\``,
    );
  }
  for (const name of endpoints) {
    const endpoint = metadata[name];
    if (endpoint === undefined && name === "userinfo_endpoint") continue;
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
function authentication(metadata: ServerMetadata, settings: ProviderConfig): ClientAuth {
  const { clientSecret, clientAuthentication } = settings;
  if (clientSecret === undefined) return None();
  const offered = metadata.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
  const chosen =
    clientAuthentication ??
    (offered.includes("client_secret_basic") ? "client_secret_basic" : "client_secret_post");
  return chosen === "client_secret_basic"
    ? ClientSecretBasic(clientSecret)
    : ClientSecretPost(clientSecret);
}

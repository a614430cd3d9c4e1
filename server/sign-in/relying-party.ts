import {
  allowInsecureRequests,
  Configuration,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  None,
  type ServerMetadata,
} from "openid-client";
import type { Endpoints, Provider } from "../../providers/provider.ts";
import type { ProviderConfig } from "../config/schema.ts";
import type { Log } from "../observe/log.ts";
import {
  noAuthentication,
  secretAuthentication,
  type ClientAuthentication,
} from "./client-authentication.ts";
import { discoveryError } from "./issuer-error.ts";
import type { IssuerFetch } from "./issuer-fetch.ts";
import {
  checkMetadata,
  toAskApi,
  toCheckTokens,
  toSignIn,
  withEndpoints,
  type Needs,
} from "./metadata.ts";
import { createSendRequest, type SendRequest } from "./pushed-request.ts";
import { remembered } from "./remembered.ts";
import { scopeAsText } from "./scope-as-text.ts";

/** An issuer that is slow is, to the person who waits, an issuer that is down. */
const patienceSeconds = 4;

/** Our registration at one issuer: what a sign-in needs to know of it. */
export interface RelyingParty {
  readonly name: string;
  readonly label: string;
  readonly issuer: string;
  readonly provider: Provider;
  readonly settings: ProviderConfig;
  /** Addresses that the operator or the kind of provider gives; the operator's go first. */
  readonly endpoints: Endpoints;
  readonly authentication: ClientAuthentication;
  readonly fetch: IssuerFetch;
  /** Beside other providers an issuer that does not say whose answer it gives has a callback of its own. */
  ownCallback(metadata: ServerMetadata): string | undefined;
  /** Where to send a browser that is to sign in. */
  readonly sendRequest: SendRequest;
  /** The issuer's metadata, asked for at the first use. Throws "issuer_unreachable" or "issuer_broken". */
  discover(): Promise<Configuration>;
}

interface Parts {
  readonly fetch: IssuerFetch;
  readonly now: () => number;
}

export interface PartyParts extends Parts {
  readonly log: Log;
  readonly isAlone: boolean;
  readonly authentication: ClientAuthentication;
}

export function createRelyingParty(
  name: string,
  provider: Provider,
  settings: ProviderConfig,
  parts: PartyParts,
): RelyingParty {
  const issuer = settings.issuer ?? provider.issuer ?? "";
  const endpoints = { ...provider.endpoints?.(issuer), ...settings.endpoints };
  const { authentication } = parts;
  const asks = authentication.fetch ?? parts.fetch;
  const fetch = provider.answersScopeAsList ? scopeAsText(asks) : asks;
  const client = { clientId: settings.clientId, endpoints, authentication, fetch };
  const discover = remembered(
    async () =>
      provider.isOAuthOnly
        ? configure(issuer, { issuer }, client, toAskApi)
        : discoverOnce(issuer, client, toSignIn, parts.fetch),
    parts.now,
  );
  return {
    name,
    label: settings.label ?? labelOf(name, provider),
    issuer,
    provider,
    settings,
    endpoints,
    authentication,
    fetch: parts.fetch,
    // Mix-up (RFC 9700 §4.4.2): either the answer names its issuer (RFC 9207), or its address does.
    ownCallback: (metadata) =>
      parts.isAlone || metadata.authorization_response_iss_parameter_supported ? undefined : name,
    sendRequest: createSendRequest(issuer, parts),
    discover,
  };
}

/** An issuer whose tokens we only check: its metadata, asked for at the first use. */
export function createTokenIssuer(
  issuer: string,
  credentials: Pick<ProviderConfig, "clientSecret"> & { clientId: string | undefined },
  { fetch, now }: Parts,
): RelyingParty["discover"] {
  const { clientId = "doorward", clientSecret } = credentials; // openid-client wants an id; it is sent nowhere
  const authentication =
    clientSecret === undefined ? noAuthentication : secretAuthentication(clientSecret);
  const client = { clientId, endpoints: {}, authentication, fetch };
  return remembered(() => discoverOnce(issuer, client, toCheckTokens, fetch), now);
}

/** A provider that goes by its kind's name has its kind's label; a name of its own says more. */
function labelOf(name: string, provider: Provider): string {
  const isKind = name === provider.kind.replaceAll(".", "-"); // a name holds no dots
  return isKind ? provider.label : name.slice(0, 1).toUpperCase() + name.slice(1);
}

/** Our registration at an issuer, as far as speaking to it needs. */
interface Client {
  readonly clientId: string;
  readonly endpoints: ProviderConfig["endpoints"];
  readonly authentication: ClientAuthentication;
  readonly fetch: IssuerFetch;
}

async function discoverOnce(
  issuer: string,
  client: Client,
  needs: Needs,
  fetch: IssuerFetch,
): Promise<Configuration> {
  const url = new URL(issuer);
  try {
    const found = await discovery(url, client.clientId, undefined, None(), {
      timeout: patienceSeconds,
      [customFetch]: fetch,
      execute: url.protocol === "http:" ? [allowInsecureRequests] : [],
    });
    return configure(issuer, found.serverMetadata(), client, needs);
  } catch (error) {
    throw discoveryError(error, issuer);
  }
}

/**
 * The issuer as found, with the operator's endpoints, our way to authenticate and every check on. An OAuth 2.0
 * provider publishes no metadata: its documentation says where it answers, and the endpoints have it all.
 */
function configure(
  issuer: string,
  found: ServerMetadata,
  { clientId, endpoints, authentication, fetch }: Client,
  needs: Needs,
): Configuration {
  const metadata = withEndpoints(found, endpoints);
  checkMetadata(issuer, metadata, needs, endpoints);
  const configuration = new Configuration(
    metadata,
    clientId,
    { use_mtls_endpoint_aliases: authentication.fetch !== undefined },
    authentication.ofIssuer(metadata),
  );
  configuration.timeout = patienceSeconds;
  configuration[customFetch] = fetch;
  if (Object.values({ issuer, ...endpoints }).some((address) => address?.startsWith("http:"))) {
    allowInsecureRequests(configuration); // the schema lets plain http be this machine only
  }
  // Over the code flow OpenID Connect lets TLS vouch for the ID token; we look at its signature as well.
  enableNonRepudiationChecks(configuration);
  return configuration;
}

import {
  allowInsecureRequests,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  None,
  type Configuration,
  type ServerMetadata,
} from "openid-client";
import type { Metadata } from "../../providers/provider.ts";
import type { ProviderConfig } from "../config/schema.ts";
import type { ClientAuthentication } from "./client-authentication.ts";
import { discoveryError } from "./issuer-error.ts";
import type { IssuerFetch } from "./issuer-fetch.ts";
import { checkMetadata, withEndpoints, type Needs } from "./metadata.ts";
import { isTemplated, openPlain, openTemplated } from "./tenants.ts";
import { atTokenEndpoint, type TokenQuirks } from "./token-endpoint.ts";

/** An issuer that is slow is, to the person who waits, an issuer that is down. */
const patienceSeconds = 4;

/** Our registration at an issuer, as far as speaking to it needs. */
export interface Client {
  readonly clientId: string;
  readonly endpoints: ProviderConfig["endpoints"];
  readonly authentication: ClientAuthentication;
  readonly fetch: IssuerFetch;
  readonly quirks?: TokenQuirks;
}

/** Asks for an issuer's metadata. Throws "issuer_unreachable" or "issuer_broken". */
export async function discoverOnce(
  { address, issuer }: Metadata,
  client: Client,
  needs: Needs,
): Promise<Configuration> {
  const url = new URL(address);
  try {
    // Of a whole address openid-client leaves it to us to compare the issuer, which `checkMetadata` does.
    const found = await discovery(url, client.clientId, undefined, None(), {
      timeout: patienceSeconds,
      [customFetch]: client.fetch,
      execute: url.protocol === "http:" ? [allowInsecureRequests] : [],
    });
    return await configure(issuer, found.serverMetadata(), client, needs);
  } catch (error) {
    throw discoveryError(error, issuer);
  }
}

/**
 * The issuer as found, with the operator's endpoints, our way to authenticate and every check on. An OAuth 2.0
 * provider publishes no metadata: its documentation says where it answers, and the endpoints have it all.
 */
export async function configure(
  issuer: string,
  found: ServerMetadata,
  { clientId, endpoints, authentication, fetch, quirks }: Client,
  needs: Needs,
): Promise<Configuration> {
  const metadata = withEndpoints(found, endpoints);
  checkMetadata(issuer, metadata, needs, endpoints);
  const open = isTemplated(issuer) ? openTemplated : openPlain;
  const client = { use_mtls_endpoint_aliases: authentication.fetch !== undefined };
  const configuration = await open(metadata, clientId, client, authentication.ofIssuer(metadata));
  configuration.timeout = patienceSeconds;
  const tokenFetch = atTokenEndpoint(fetch, quirks);
  const tokenUrl = metadata.token_endpoint && new URL(metadata.token_endpoint).href;
  configuration[customFetch] = (url, init) => (url === tokenUrl ? tokenFetch : fetch)(url, init);
  if (Object.values({ issuer, ...endpoints }).some((address) => address?.startsWith("http:"))) {
    allowInsecureRequests(configuration); // the schema lets plain http be this machine only
  }
  // Over the code flow OpenID Connect lets TLS vouch for the ID token; we look at its signature as well.
  enableNonRepudiationChecks(configuration);
  return configuration;
}

import {
  allowInsecureRequests,
  customFetch,
  discovery,
  None,
  type Configuration,
  type ServerMetadata,
} from "openid-client";
import type { Metadata } from "../../providers/provider.ts";
import type { ProviderConfig } from "../config/schema.ts";
import { isTemplated } from "../config/tenant-issuers.ts";
import type { ClientAuthentication } from "./client-authentication.ts";
import { discoveryError } from "./issuer-error.ts";
import type { IssuerFetch } from "./issuer-fetch.ts";
import { withNotes } from "./issuer-words.ts";
import { checkMetadata, withEndpoints, type Needs } from "./metadata.ts";
import { openPlain, openTemplated } from "./open-configuration.ts";
import { withSignedUserinfo, type Signer } from "./signed-response.ts";
import { atTokenEndpoint, type TokenQuirks } from "./token-endpoint.ts";

/** A visitor waits for this, so a slower issuer counts as down. */
const patienceSeconds = 4;

/** Our registration at an issuer, as far as requests to it need it. */
export interface Client {
  readonly clientId: string;
  readonly endpoints: ProviderConfig["endpoints"];
  readonly authentication: ClientAuthentication;
  readonly fetch: IssuerFetch;
  readonly quirks?: TokenQuirks;
  readonly signer: Signer;
}

/** Fetches an issuer's metadata. Throws "issuer_unreachable" or "issuer_broken". */
export async function discoverOnce(
  place: Metadata,
  client: Client,
  needs: Needs,
): Promise<Configuration> {
  const url = new URL(place.address);
  try {
    // Given a complete URL, openid-client does not compare the issuer; `checkMetadata` does.
    const found = await discovery(url, client.clientId, undefined, None(), {
      timeout: patienceSeconds,
      [customFetch]: withNotes(client.fetch),
      execute: url.protocol === "http:" ? [allowInsecureRequests] : [],
    });
    return await configure(place, found.serverMetadata(), client, needs);
  } catch (error) {
    throw discoveryError(error, place.issuer);
  }
}

/**
 * The issuer as discovered, with the configured endpoints and our client authentication. openid-client's check of
 * signatures stays off, because its key cache refuses a rotated key for a minute: `checkIdToken` and `Signer` check
 * them. A plain OAuth 2.0 provider publishes no metadata: all its endpoints are configured.
 */
export async function configure(
  place: Metadata,
  found: ServerMetadata,
  { clientId, endpoints, authentication, fetch: plainFetch, quirks, signer }: Client,
  needs: Needs,
): Promise<Configuration> {
  const metadata = withEndpoints(found, endpoints);
  checkMetadata(place, metadata, needs, endpoints);
  const open = isTemplated(place.issuer) ? openTemplated : openPlain;
  const client = { use_mtls_endpoint_aliases: authentication.fetch !== undefined };
  const configuration = await open(metadata, clientId, client, authentication.ofIssuer(metadata));
  configuration.timeout = patienceSeconds;
  const tokenFetch = atTokenEndpoint(plainFetch, quirks);
  const fetch = withSignedUserinfo(plainFetch, signer);
  const tokenUrls = tokenUrlsIn(metadata);
  configuration[customFetch] = withNotes(
    (url, init) => (tokenUrls.has(url) ? tokenFetch : fetch)(url, init),
    metadata,
  );
  if (Object.values({ ...place, ...endpoints }).some((address) => address?.startsWith("http:"))) {
    allowInsecureRequests(configuration); // the schema allows plain http only for this machine
  }
  return configuration;
}

/** The token endpoint, and its alias for clients with a certificate (RFC 8705 §5). */
function tokenUrlsIn({
  token_endpoint: usual,
  mtls_endpoint_aliases: aliases,
}: ServerMetadata): ReadonlySet<string> {
  const addresses = [usual, aliases?.token_endpoint].filter((address) => address !== undefined);
  return new Set(addresses.map((address) => new URL(address).href));
}

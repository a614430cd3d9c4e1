import {
  Configuration,
  customFetch,
  discovery,
  type ClientAuth,
  type ServerMetadata,
} from "openid-client";
import type { Metadata } from "../../providers/provider.ts";

/** Where Microsoft's metadata has the id of the tenant that a token is of. */
const placeholder = "{tenantid}";

/** OpenID Connect Discovery §4. */
export function usualPlace(issuer: string): Metadata {
  return { address: `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`, issuer };
}

export function isTemplated(issuer: string): boolean {
  return issuer.includes(placeholder);
}

/** The issuers whose tokens count. Without a list of tenants an issuer of many has none: anybody can open one. */
export function issuersOf({ issuer }: Metadata, tenants: readonly string[] = []): string[] {
  return isTemplated(issuer) ? tenants.map((id) => issuer.replace(placeholder, id)) : [issuer];
}

type Open = (
  metadata: ServerMetadata,
  clientId: string,
  auth: ClientAuth,
) => Promise<Configuration>;

export const openPlain: Open = async (metadata, clientId, auth) =>
  new Configuration(metadata, clientId, {}, auth);

/**
 * openid-client puts a token's own `tid` into a templated issuer only for what it has discovered at Microsoft's
 * address, so it is handed what has been found already; nothing is asked there. Which tenant may be is our check.
 */
export const openTemplated: Open = (metadata, clientId, auth) =>
  discovery(new URL("https://login.microsoftonline.com/common/v2.0"), clientId, undefined, auth, {
    [customFetch]: async () => Response.json(metadata),
  });

import {
  Configuration,
  customFetch,
  discovery,
  type ClientAuth,
  type ClientMetadata,
  type ServerMetadata,
} from "openid-client";
import * as v from "valibot";
import type { Metadata } from "../../providers/provider.ts";
import type { Claims } from "../../providers/claims.ts";
import type { IssuerFetch } from "./issuer-fetch.ts";

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
  return isTemplated(issuer)
    ? tenants.map((id) => issuer.replace(placeholder, () => id))
    : [issuer];
}

/** What speaks against the issuer of an ID token: of many tenants each has its own, and names it twice. */
export function issuerFault(
  { place, issuers }: { readonly place: Metadata; readonly issuers: readonly string[] },
  { iss, tid }: Claims,
): string | undefined {
  if (!issuers.some((issuer) => issuer === iss)) {
    return `is of ${String(iss)}, and \`tenants\` names no such tenant`;
  }
  if (!isTemplated(place.issuer)) return undefined;
  const isItself = typeof tid === "string" && place.issuer.replace(placeholder, () => tid) === iss;
  return isItself ? undefined : "names another tenant than its issuer";
}

/**
 * Microsoft publishes the keys of all its tenants together and says of some whose they are. One that is for people
 * who may not sign in here must not vouch for those who may.
 */
export function withoutStrangersKeys(
  fetch: IssuerFetch,
  template: string,
  issuers: readonly string[],
): IssuerFetch {
  return async (url, init) => {
    const response = await fetch(url, init);
    const text = await response.text();
    const { status, statusText, headers } = response;
    return new Response(text === "" ? null : trimmed(text), { status, statusText, headers });
  };

  function trimmed(text: string): string {
    const { success, output } = v.safeParse(keySet, text);
    if (!success) return text;
    const keys = output.keys.filter(
      ({ issuer = template }) => issuer === template || issuers.some((one) => one === issuer),
    );
    return JSON.stringify({ keys });
  }
}

const keySet = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ keys: v.array(v.looseObject({ issuer: v.optional(v.unknown()) })) }),
);

type Open = (
  metadata: ServerMetadata,
  clientId: string,
  client: Partial<ClientMetadata>,
  auth: ClientAuth,
) => Promise<Configuration>;

export const openPlain: Open = async (metadata, clientId, client, auth) =>
  new Configuration(metadata, clientId, client, auth);

/**
 * openid-client puts a token's own `tid` into a templated issuer only for what it has discovered at Microsoft's
 * address, so it is handed what has been found already; nothing is asked there. Which tenant may be is our check.
 */
export const openTemplated: Open = (metadata, clientId, client, auth) =>
  discovery(new URL("https://login.microsoftonline.com/common/v2.0"), clientId, client, auth, {
    [customFetch]: async () => Response.json(metadata),
  });

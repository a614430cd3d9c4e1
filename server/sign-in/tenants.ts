import * as v from "valibot";
import type { Metadata, Provider } from "../../providers/provider.ts";
import type { Claims } from "../../providers/claims.ts";
import type { ProviderConfig } from "../config/schema.ts";
import { issuersOf, issuerWithTenant, isTemplated } from "../config/tenant-issuers.ts";
import type { IssuerFetch } from "./issuer-fetch.ts";

const document = "/.well-known/openid-configuration";

/** OpenID Connect Discovery §4. */
export function usualPlace(issuer: string): Metadata {
  return { address: `${issuer.replace(/\/$/, "")}${document}`, issuer };
}

/** The place of an issuer's metadata, with the configured `discovery` instead of its own. */
export function placeAt(written: string | undefined, place: Metadata): Metadata {
  if (written === undefined) return place;
  const isDocument = written.includes("/.well-known/");
  return { ...place, address: isDocument ? written : usualPlace(written).address };
}

/** Why the metadata at a place is not the configured issuer's. */
export function issuerMismatch({ address, issuer }: Metadata, named: unknown): string {
  if (typeof named !== "string") return `the metadata at ${address} has no issuer`;
  const written = JSON.stringify(named.slice(0, 300));
  const isBelow = usualPlace(named).address === address;
  const base = address.endsWith(document) ? address.slice(0, -document.length) : address;
  const also = isBelow ? "" : `, and \`discovery\` to ${base}, where this metadata is`;
  return `the metadata at ${address} has the issuer ${written}, but \`issuer\` is ${issuer}: if that is the issuer of its ID tokens, set \`issuer\` to exactly that${also}`;
}

/** The place of a provider's metadata, and the values of `iss` that its ID tokens may have. */
export function issuersFor(
  provider: Pick<Provider, "issuer" | "metadata">,
  settings: Pick<ProviderConfig, "issuer" | "discovery" | "tenants">,
): { readonly place: Metadata; readonly issuers: readonly string[] } {
  const issuer = settings.issuer ?? provider.issuer ?? "";
  const place = placeAt(settings.discovery, provider.metadata?.(issuer) ?? usualPlace(issuer));
  return { place, issuers: issuersOf(place, settings.tenants) };
}

/** The issuer of a tenant's ID tokens; undefined = the provider has one issuer for all. */
export function issuerOfTenant({ issuer }: Metadata, { tid }: Claims): string | undefined {
  if (!isTemplated(issuer) || typeof tid !== "string") return undefined;
  return issuerWithTenant(issuer, tid);
}

/** The fault in an ID token's issuer. With many tenants, each has its own issuer, and `tid` must match it. */
export function issuerFault(
  { place, issuers }: { readonly place: Metadata; readonly issuers: readonly string[] },
  { iss, tid }: Claims,
): string | undefined {
  const isListed = issuers.some((issuer) => issuer === iss);
  if (!isTemplated(place.issuer))
    return isListed ? undefined : `has the issuer ${String(iss)}, not ${place.issuer}`;
  if (!isListed) return `has the issuer ${String(iss)}, whose tenant is not listed in \`tenants\``;
  return issuerOfTenant(place, { tid }) === iss
    ? undefined
    : "has a tenant id (tid) that does not match its issuer";
}

/**
 * Microsoft publishes the keys of all its tenants together, some with their issuer. A key of a tenant that is not
 * allowed to sign in here must not verify tokens of one that is.
 */
export function withAcceptedKeys(
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

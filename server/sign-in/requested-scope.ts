import type { ServerMetadata } from "openid-client";
import { particularOptions, type Provider } from "../../providers/provider.ts";
import { kindOfIssuer } from "../../providers/registry.ts";
import type { ProviderConfig } from "../config/schema.ts";
import type { RelyingParty } from "./relying-party.ts";

type Asking = Pick<RelyingParty, "issuer" | "provider" | "settings">;

/** The scope of an authorization request. The operator's `scope` is final. */
export function scopeOf(party: Asking, metadata: ServerMetadata): string {
  const { provider, settings } = party;
  if (settings.scope !== undefined) return settings.scope;
  const scope = usualScope(provider, settings);
  return addsOfflineAccess(party, metadata) ? `${scope} offline_access` : scope;
}

/** The scope as far as it is known without the issuer's metadata. */
export function configuredScope(provider: Provider, settings: ProviderConfig): string {
  if (settings.scope !== undefined) return settings.scope || "no scope";
  const scope = usualScope(provider, settings) || "no scope";
  const { offlineAccess } = settings;
  if (offlineAccess !== undefined) return offlineAccess ? `${scope} offline_access` : scope;
  const { request = "scope" } = provider.offlineAccess ?? {};
  const mayAdd = request === "scope" && provider.isOAuthOnly !== true;
  return mayAdd ? `${scope} (and offline_access if the issuer offers it)` : scope;
}

function usualScope({ scope, scopeWith = {} }: Provider, settings: ProviderConfig): string {
  const more = particularOptions.filter((option) => settings[option] !== undefined);
  return [scope, ...more.flatMap((option) => scopeWith[option] ?? [])].join(" ");
}

function addsOfflineAccess(party: Asking, metadata: ServerMetadata): boolean {
  const request = offlineRequest(party, metadata);
  if (typeof request === "object") return false;
  return party.settings.offlineAccess ?? request === "scope";
}

/** What the issuer needs for a refresh token: its kind decides, for the kind `oidc` its metadata. */
export function offlineRequest({ issuer, provider }: Asking, metadata: ServerMetadata) {
  const known = provider.offlineAccess ?? kindIn(issuer, metadata)?.offlineAccess;
  if (known !== undefined && known.request !== "scope") return known.request;
  // OpenID Connect Core §11: an issuer that supports `offline_access` may send no refresh token without it.
  return metadata.scopes_supported?.includes("offline_access") ? "scope" : "nothing";
}

/** The kind of an issuer, as far as its addresses show it. */
export function kindIn(
  issuer: string,
  { authorization_endpoint: authorization, token_endpoint: token }: ServerMetadata,
): Provider | undefined {
  return kindOfIssuer([issuer, authorization, token].filter((address) => address !== undefined));
}

/** The parameters that the kind uses instead of a scope. The operator's `authorization` overrides them. */
export function offlineParameters({
  provider,
  settings,
}: Asking): Readonly<Record<string, string>> {
  const request = provider.offlineAccess?.request;
  return typeof request === "object" && settings.offlineAccess !== false ? request : {};
}

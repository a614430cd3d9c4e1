import type { ServerMetadata } from "openid-client";
import { createAddressRanges } from "../http/address-ranges.ts";
import { isLoopbackHost } from "../http/loopback.ts";
import type { Metadata } from "../../providers/provider.ts";
import { webAddressFault } from "../values/web-address.ts";
import type { ProviderConfig } from "../config/schema.ts";
import { issuerMismatch } from "./tenants.ts";

type Endpoints = ProviderConfig["endpoints"];

/** The keys of `endpoints` in the configuration, and the metadata's names for them (RFC 8414 §2). */
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

/** The metadata with the endpoints that the operator or the provider's preset configures instead of its own. */
export function withEndpoints(found: ServerMetadata, endpoints: Endpoints): ServerMetadata {
  const given = givenEndpoints(endpoints);
  const aliases = Object.entries(found.mtls_endpoint_aliases ?? {});
  const kept = aliases.filter(([name]) => !Object.hasOwn(given, name));
  return { ...found, ...given, mtls_endpoint_aliases: Object.fromEntries(kept) };
}

function givenEndpoints(endpoints: Endpoints): Partial<ServerMetadata> {
  return Object.fromEntries(
    Object.entries(metadataNames).flatMap(([name, metadataName]) => {
      const address = endpoints[name as keyof typeof metadataNames];
      return address === undefined ? [] : [[metadataName, address]];
    }),
  );
}

type EndpointName = (typeof metadataNames)[keyof typeof metadataNames];

/** The endpoints that doorward uses. Those in `must` are required. */
export interface Needs {
  readonly must: readonly EndpointName[];
  readonly may: readonly EndpointName[];
}

export const signInNeeds: Needs = {
  must: ["authorization_endpoint", "token_endpoint", "jwks_uri"],
  may: [
    "userinfo_endpoint",
    "introspection_endpoint",
    "revocation_endpoint",
    "pushed_authorization_request_endpoint",
    "end_session_endpoint",
  ],
};

/** For a request of `check` to the end_session_endpoint. */
export const signOutNeeds: Needs = { must: ["end_session_endpoint"], may: [] };

export const oauthNeeds: Needs = {
  must: ["authorization_endpoint", "token_endpoint"],
  may: ["revocation_endpoint"],
};

/** Kubernetes and CI services publish only their keys. */
export const tokenNeeds: Needs = { must: ["jwks_uri"], may: ["introspection_endpoint"] };

/** Throws if the metadata is unusable or unsafe. Configured `endpoints` are exempt: loading validated them. */
export function checkMetadata(
  place: Metadata,
  metadata: ServerMetadata,
  { must, may }: Needs,
  endpoints: Endpoints,
): void {
  // OpenID Connect Discovery §4.3: the two are identical, including a trailing slash.
  if (metadata.issuer !== place.issuer) throw new Error(issuerMismatch(place, metadata.issuer));
  const given = givenEndpoints(endpoints);
  for (const name of [...must, ...may]) {
    const endpoint = metadata[name];
    if (Object.hasOwn(given, name) || (endpoint === undefined && may.includes(name))) continue;
    const isAsked = must.includes(name) || !onlyForBrowsers.has(name);
    throwFault(endpointFault(place, name, endpoint, isAsked), name);
  }
  // RFC 8705 §5: the addresses of the same endpoints for clients with a certificate.
  for (const [name, alias] of Object.entries(metadata.mtls_endpoint_aliases ?? {})) {
    throwFault(endpointFault(place, name, alias), `mtls_endpoint_aliases.${name}`);
  }
  const isPushed = metadata.require_pushed_authorization_requests === true;
  if (isPushed && metadata.pushed_authorization_request_endpoint === undefined) {
    throw new Error(
      "the issuer requires pushed authorization requests, but its metadata has no " +
        "pushed_authorization_request_endpoint: set `endpoints.pushedAuthorization`",
    );
  }
}

function throwFault(fault: string | undefined, name: string): void {
  if (fault !== undefined) throw new Error(`the issuer's ${name} ${fault}`);
}

/** `isAsked`: doorward itself sends requests there. */
function endpointFault(
  at: Metadata,
  name: string,
  endpoint: unknown,
  isAsked = true,
): string | undefined {
  if (endpoint === undefined) return "is missing";
  const written = JSON.stringify(endpoint);
  if (typeof endpoint !== "string") return `${written} is not a URL`;
  const place = isAsked ? localPlaceOf(endpoint, at.address) : undefined;
  if (place !== undefined) {
    return `${written} points to ${place.name}, but the issuer does not${configuredInstead(name)}`;
  }
  const fault = webAddressFault(endpoint.replace(/[?#].*$/, ""));
  return fault && `${written} ${fault}`;
}

/** Only `check` sends a request there, with `signOutNeeds`. It sends one to `authorization_endpoint` too. */
const onlyForBrowsers: ReadonlySet<string> = new Set(["end_session_endpoint"]);

function localPlaceOf(endpoint: string, address: string) {
  return localPlaces.find(
    ({ contains }) => contains(hostOf(endpoint)) && !contains(hostOf(address)),
  );
}

function configuredInstead(name: string): string {
  const key = Object.entries(metadataNames).find(([, metadataName]) => metadataName === name)?.[0];
  return key === undefined
    ? ""
    : `: if this is intended, set the provider's \`endpoints.${key}\` to it`;
}

const isLoopbackAddress = createAddressRanges(["loopback", "0.0.0.0/8", "::"]);

/**
 * Metadata must not make doorward send requests to services that trust any local caller (SSRF), unless the issuer
 * has such an address itself: services of this machine, and the cloud's metadata service at 169.254.169.254. A
 * name that only DNS resolves to such an address is not detected.
 */
const localPlaces = [
  {
    name: "this machine",
    contains: (host: string) => isLoopbackHost(host) || isLoopbackAddress(host),
  },
  {
    name: "a link-local address, as cloud metadata services have",
    contains: createAddressRanges(["169.254.0.0/16", "fe80::/10"]),
  },
];

/** The host as `URL` normalises it (hexadecimal, octal and decimal spellings), without brackets and final dot. */
function hostOf(address: string): string {
  return URL.parse(address)?.hostname.replace(/^\[(.*)\]$|\.$/, "$1") ?? "";
}

import type { ServerMetadata } from "openid-client";
import { webAddressFault } from "../values/web-address.ts";
import { isLoopbackHost } from "../http/loopback.ts";
import type { ProviderConfig } from "../config/schema.ts";

type Endpoints = ProviderConfig["endpoints"];

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

/** The metadata with the endpoints that the operator or the kind of provider gives over its own. */
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

type EndpointName = Exclude<
  (typeof metadataNames)[keyof typeof metadataNames],
  "end_session_endpoint"
>;

/** The endpoints that we may speak to; without those of `must` nothing works. */
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
  ],
};

export const oauthNeeds: Needs = {
  must: ["authorization_endpoint", "token_endpoint"],
  may: ["revocation_endpoint"],
};

/** Kubernetes and build services publish keys and nothing else. */
export const tokenNeeds: Needs = { must: ["jwks_uri"], may: ["introspection_endpoint"] };

/** Throws what makes the metadata of no use, or a danger. What the operator gave has been checked with the rest. */
export function checkMetadata(
  issuer: string,
  metadata: ServerMetadata,
  { must, may }: Needs,
  endpoints: Endpoints,
): void {
  // OpenID Connect Discovery §4.3: exactly the same, not merely the same but for a slash.
  if (metadata.issuer !== issuer) {
    throw new Error(
      `the issuer calls itself ${JSON.stringify(metadata.issuer)}: write just that as \`issuer\``,
    );
  }
  const given = givenEndpoints(endpoints);
  for (const name of [...must, ...may]) {
    const endpoint = metadata[name];
    if (Object.hasOwn(given, name) || (endpoint === undefined && may.includes(name))) continue;
    throwFault(issuer, name, endpoint);
  }
  // RFC 8705 §5: where the same endpoints are with a client certificate.
  for (const [name, alias] of Object.entries(metadata.mtls_endpoint_aliases ?? {})) {
    throwFault(issuer, `${name} for mutual TLS`, alias);
  }
  const isPushed = metadata.require_pushed_authorization_requests === true;
  if (isPushed && metadata.pushed_authorization_request_endpoint === undefined)
    throw new Error("the issuer requires pushed authorization requests, and says not where");
}

function throwFault(issuer: string, name: string, endpoint: unknown): void {
  const fault = typeof endpoint === "string" ? endpointFault(issuer, endpoint) : "is missing";
  if (fault !== undefined) throw new Error(`the issuer's ${name} ${fault}`);
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

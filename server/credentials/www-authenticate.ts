import type { ProtectedResource } from "../config/protected-resources.ts";
import type { RequestHeaders } from "../forwarded/request-headers.ts";
import type { Rule } from "../policy/rules.ts";
import type { StepUp } from "../identity/step-up.ts";

/** RFC 7617 §2.1 */
export const passwordChallenge = 'Basic realm="doorward", charset="UTF-8"';

/**
 * RFC 6750 §3: why a token is rejected. With a resource, also where the client gets another (RFC 9728 §5.1). Every
 * value is from the configuration.
 */
export function tokenChallenge(
  error: string,
  details: Readonly<Record<string, string>> = {},
  resource?: ProtectedResource,
): string {
  return resource === undefined
    ? bearer({ ...realm, error, ...details })
    : bearer({ error, ...scopeOf(resource), ...details, ...metadataOf(resource) });
}

/** RFC 6750 §3.1: without a token, the challenge contains no error. */
function bearerChallenge(resource: ProtectedResource | undefined): string {
  return bearer(resource === undefined ? realm : { ...metadataOf(resource), ...scopeOf(resource) });
}

const realm = { realm: "doorward" };

function metadataOf({ metadataUrl }: ProtectedResource) {
  return { resource_metadata: metadataUrl };
}

/** The scopes that a client should request: without them it requests all that the metadata lists. */
function scopeOf({ scopes }: ProtectedResource): Readonly<Record<string, string>> {
  return scopes.length === 0 ? {} : { scope: scopes.join(" ") };
}

function bearer(parameters: Readonly<Record<string, string>>): string {
  const written = Object.entries(parameters).map(([name, value]) => `${name}=${quoted(value)}`);
  return `Bearer ${written.join(", ")}`;
}

/** RFC 9470 §3: the token is valid, but its sign-in is too old or too weak. */
export function stepUpChallenge(
  { maxAgeMs, acr }: StepUp = { maxAgeMs: undefined, acr: undefined },
  resource?: ProtectedResource,
) {
  const details = {
    ...(maxAgeMs !== undefined && { max_age: String(Math.floor(maxAgeMs / 1000)) }),
    ...(acr !== undefined && { acr_values: acr.join(" ") }),
  };
  return tokenChallenge("insufficient_user_authentication", details, resource);
}

/** The `WWW-Authenticate` header for a request without the credentials that a rule accepts; empty if it accepts none. */
export function challengesOf(
  rule: Rule | undefined,
  headers: RequestHeaders,
  resource: ProtectedResource | undefined,
): string[] {
  if (rule === undefined) return [];
  const { bearer: tokens, basic } = rule.config;
  const challenges: string[] = [];
  if (tokens !== undefined) challenges.push(bearerChallenge(resource));
  // git sends Basic, and only after this challenge; a browser would show a password dialog. A client that finds its
  // issuer by the metadata needs no other challenge.
  const isForGit = tokens !== undefined && resource === undefined && isProgram(headers);
  if (basic !== undefined || isForGit) challenges.push(passwordChallenge);
  // One header, because nginx passes on only one.
  return challenges.length === 0 ? [] : ["WWW-Authenticate", challenges.join(", ")];
}

/** Whether the client is neither a current browser nor a script in one. */
function isProgram(headers: RequestHeaders): boolean {
  return signsOfBrowsers.every((sign) => headers.get(sign) === undefined);
}

const signsOfBrowsers = [
  "sec-fetch-mode",
  "sec-fetch-dest",
  "sec-fetch-site",
  "origin",
  "x-requested-with",
] as const;

/** RFC 9110 §5.6.4 */
function quoted(value: string): string {
  return `"${value.replace(/[^\x20-\x7e]/g, "").replace(/["\\]/g, "\\$&")}"`;
}

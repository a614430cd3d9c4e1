import { visitorHeaders } from "../../forwarded/request-headers.ts";
import { identityFamilies, rewriteFamilies } from "../../forwarded/spoofable-families.ts";

/** Identity headers that apps commonly trust, for proxies that remove headers by exact name only. */
const identityNames = [
  "X-Auth-Request-User",
  "X-Auth-Request-Email",
  "X-Auth-Request-Groups",
  "X-Auth-Request-Preferred-Username",
  "X-Auth-Request-Access-Token",
  "X-Auth-Request-Redirect",
  ...["User", "Email", "Groups", "Preferred-Username", "Access-Token"].map(
    (part) => `X-Forwarded-${part}`,
  ),
  ...["Remote", "X-Remote", "X-WebAuth"].flatMap((family) =>
    ["User", "Email", "Groups", "Name"].map((part) => `${family}-${part}`),
  ),
] as const;

/** Headers that could describe another request to the app, and that no proxy sets. */
export const namesAboutTheRequest = [
  "X-Original-Method",
  "X-Original-URI",
  "X-Original-URL",
  "X-Original-Host",
  "X-Rewrite-URL",
  "Forwarded",
  "Proxy", // becomes HTTP_PROXY in CGI programs
] as const;

/**
 * Headers of the families that a CDN, a mesh or a gate in front adds to every visitor's request. They are removed by
 * name where a family cannot be removed, because doorward refuses every other header of a family.
 */
const namesFromGates = [
  "Cf-Access-Authenticated-User-Email",
  "X-Goog-Authenticated-User-Email",
  "X-Goog-Authenticated-User-ID",
  "X-Amzn-Oidc-Identity",
  "X-MS-Client-Principal",
  "X-MS-Client-Principal-ID",
  "X-MS-Client-Principal-IdP",
  "X-MS-Client-Principal-Name",
  "Tailscale-User-Login",
  "Tailscale-User-Name",
  "Tailscale-User-Profile-Pic",
  "X-Forwarded-Client-Cert",
  "X-Forwarded-User-Agent",
  "X-Original-Forwarded-For",
  "Remote-Addr",
  "X-Remote-Addr",
  "X-Remote-IP",
  "SSL-Client-Cert",
  "SSL-Client-Issuer-DN",
  "SSL-Client-Subject-DN",
  "SSL-Client-Verify",
] as const;

/** Beginnings of header names that no visitor may send, for proxies that can remove headers by prefix. */
export const familiesToStrip = [
  ...identityFamilies,
  ...rewriteFamilies,
  ...["Method", "Path", "Prefix", "Uri", "Url"].map((part) => `X-Forwarded-${part}`),
] as const;

/** Common identity headers that doorward does not set itself. */
export function namesToStrip(identityHeaders: readonly string[]): string[] {
  return except(identityNames, identityHeaders);
}

/** The same, with those of gates. */
export function allNamesToStrip(identityHeaders: readonly string[]): string[] {
  return except([...identityNames, ...namesFromGates], identityHeaders);
}

function except(names: readonly string[], left: readonly string[]): string[] {
  const kept = new Set(left.map((name) => name.toLowerCase()));
  return names.filter((name) => !kept.has(name.toLowerCase()));
}

/** The headers that no family covers. */
function namesWithoutFamily(names: readonly string[]): string[] {
  const families = familiesToStrip.map((family) => family.toLowerCase());
  return names.filter((name) => !families.some((family) => name.toLowerCase().startsWith(family)));
}

/**
 * doorward's own identity headers, which a visitor could forge. Not `Authorization`, even where doorward sets it: it
 * holds a program's credentials, and doorward must receive it.
 */
export function namesToReplace(identityHeaders: readonly string[]): string[] {
  const asked = new Set<string>(visitorHeaders);
  return identityHeaders.filter((name) => !asked.has(name.toLowerCase()));
}

/** Headers that no family covers and no visitor may send, doorward's own included. */
export function otherNamesToStrip(identityHeaders: readonly string[]): string[] {
  return namesWithoutFamily([...namesToReplace(identityHeaders), ...namesAboutTheRequest]);
}

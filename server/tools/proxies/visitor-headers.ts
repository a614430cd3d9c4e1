import { visitorHeaders } from "../../forwarded/request-headers.ts";

/** Identity headers that apps commonly trust, whether doorward sends them or not. No visitor may set them. */
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
  "Forwarded",
  "Proxy", // becomes HTTP_PROXY in CGI programs
] as const;

/** Prefixes of identity headers, for proxies that can remove headers by prefix. */
export const identityPrefixes = ["X-Auth-Request-", "Remote-", "X-Remote-", "X-WebAuth-"] as const;

/** Identity headers that doorward does not set itself: removed from every request. */
export function namesToStrip(identityHeaders: readonly string[]): string[] {
  const ours = new Set(identityHeaders.map((name) => name.toLowerCase()));
  return identityNames.filter((name) => !ours.has(name.toLowerCase()));
}

/** The headers that no prefix covers. */
export function namesWithoutPrefix(names: readonly string[]): string[] {
  const prefixes = identityPrefixes.map((prefix) => prefix.toLowerCase());
  return names.filter((name) => !prefixes.some((prefix) => name.toLowerCase().startsWith(prefix)));
}

/**
 * Every identity header that a visitor could forge, including doorward's own. Not `Authorization`, even where
 * doorward sets it: it holds a program's credentials, and doorward must receive it.
 */
export function namesOfIdentity(identityHeaders: readonly string[]): string[] {
  const asked = new Set<string>(visitorHeaders);
  const ours = identityHeaders.filter((name) => !asked.has(name.toLowerCase()));
  return [...ours, ...namesToStrip(identityHeaders)];
}

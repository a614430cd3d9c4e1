import { visitorHeaders } from "../../forwarded/request-headers.ts";

/** Names by which apps commonly learn who it is, whatever doorward is set to send. No visitor may use one. */
const believed = [
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

/** Names by which a visitor could tell the app of another request, and that no proxy sets. */
export const namesAboutTheRequest = [
  "X-Original-Method",
  "X-Original-URI",
  "X-Original-URL",
  "Forwarded",
  "Proxy", // becomes HTTP_PROXY in CGI programs
] as const;

/** Where those of one family are stripped by their beginning, for proxies that can. */
export const believedPrefixes = ["X-Auth-Request-", "Remote-", "X-Remote-", "X-WebAuth-"] as const;

/** The names that apps believe and doorward does not set itself: taken from every request. */
export function namesToStrip(identityHeaders: readonly string[]): string[] {
  const ours = new Set(identityHeaders.map((name) => name.toLowerCase()));
  return believed.filter((name) => !ours.has(name.toLowerCase()));
}

/** Of the headers to take off, those that no prefix covers. */
export function namesBesidePrefixes(names: readonly string[]): string[] {
  const prefixes = believedPrefixes.map((prefix) => prefix.toLowerCase());
  return names.filter((name) => !prefixes.some((prefix) => name.toLowerCase().startsWith(prefix)));
}

/**
 * Every name by which a visitor could say who it is, doorward's own among them. Not `Authorization`, even where
 * doorward sets it: it is what a program brings, and doorward has to hear of it.
 */
export function namesOfIdentity(identityHeaders: readonly string[]): string[] {
  const asked = new Set<string>(visitorHeaders);
  const ours = identityHeaders.filter((name) => !asked.has(name.toLowerCase()));
  return [...ours, ...namesToStrip(identityHeaders)];
}

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

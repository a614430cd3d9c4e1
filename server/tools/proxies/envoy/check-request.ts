import { visitorHeaders } from "../../../forwarded/request-headers.ts";
import type { PublicHost } from "../public-hosts.ts";

/** Headers that Envoy adds to the check request; by default it sends no cookie. */
export const checkHeaders: readonly string[] = [
  ...visitorHeaders,
  "x-forwarded-for",
  "x-request-id", // Envoy replaces a visitor's
];

/** doorward finds the site by the forwarded host, so one path serves all sites. */
export function checkPath(hosts: readonly PublicHost[]): string {
  const bases = hosts.map(({ base }) => base);
  const [shortest = ""] = bases.toSorted((one, other) => one.length - other.length);
  return `${shortest}/verify`;
}

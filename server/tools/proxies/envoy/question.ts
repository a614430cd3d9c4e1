import { visitorHeaders } from "../../../forwarded/request-headers.ts";
import type { PublicHost } from "../public-hosts.ts";

/** What Envoy passes on beside the method, the host and the path; of itself it would pass no cookie. */
export const questionHeaders: readonly string[] = [...visitorHeaders, "x-forwarded-for"];

/** doorward finds the site by the host that it is asked about, so one address serves all of them. */
export function questionPath(hosts: readonly PublicHost[]): string {
  const bases = hosts.map(({ base }) => base);
  const [shortest = ""] = bases.toSorted((one, other) => one.length - other.length);
  return `${shortest}/verify`;
}

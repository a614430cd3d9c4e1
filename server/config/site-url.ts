import { hostOutsideAscii } from "../values/ascii-host.ts";
import { endpointNames } from "./endpoint-paths.ts";
import { dnsName } from "../values/leaves.ts";
import { ownAddressFault } from "../values/web-address.ts";

/** In the `url` of an entry with `hosts`, the host of the browser's request. */
export const hostPlaceholder = "{host}";

/** `https://{host}/_auth` and `https://{host}:8443/_auth`: the placeholder is the whole host. */
const withPlaceholder = /^(https?):\/\/\{host\}(?=[:/]|$)/;

/** The placeholder elsewhere, or another one in the host. */
const misplaced = /\{host\}|^[^/?#]*\/\/[^/?#]*\{[^/?#]*\}/i;

/** Whether a site's `url` has its host from the request. */
export function takesHost(url: string): boolean {
  return withPlaceholder.test(url);
}

/** The path of doorward at the hosts of apps, if the sign-in has a host of its own. */
const usualMount = "/_auth";

/** The path of doorward at the hosts of apps (`session.perHost`), from that of the sign-in: "" or "/door". */
export function appMountOf(path: string): string {
  return path === "" ? usualMount : path;
}

/** Whether `hosts` are those of apps whose visitors sign in at the one host of `url` (`session.perHost`). */
export function hasAppHosts({
  url,
  hosts,
}: {
  readonly url: string;
  readonly hosts?: readonly string[] | undefined;
}): boolean {
  return hosts !== undefined && !takesHost(url);
}

/** The `url` with a host instead of the placeholder. */
export function urlAt(url: string, host: string): string {
  return url.replace(hostPlaceholder, () => host);
}

/** The path of an endpoint, with a provider's name after `/callback`. */
const endpoint = new RegExp(`/(${endpointNames.join("|")}|callback/[^/]+)/*$`);

/** What is wrong with the `url` of a site; undefined = it is valid. */
export function siteUrlFault(written: string): string | undefined {
  return addressFault(written) ?? endpointFault(written);
}

/** A redirect URI in place of the site's URL would give endpoints such as `/callback/callback`. */
function endpointFault(written: string): string | undefined {
  const [ending] = endpoint.exec(written) ?? [];
  if (ending === undefined) return undefined;
  return `ends in an endpoint, which doorward adds itself: write ${written.slice(0, -ending.length)}`;
}

function addressFault(written: string): string | undefined {
  const [, scheme] = withPlaceholder.exec(written) ?? [];
  // `site-checks.ts` knows the hosts: plain http is for localhost only.
  if (scheme !== undefined) return ownAddressFault(urlAt(written, "localhost"));
  if (!misplaced.test(written)) return ownAddressFault(written);
  return "has a placeholder that is not the whole host: write https://{host}/_auth with `hosts`, or one host";
}

/** What is wrong with an entry of `hosts`; undefined = it is valid. */
export function siteHostFault(written: string): string | undefined {
  return (
    hostOutsideAscii(written) ??
    // A name whose last label is a number is an IPv4 address to browsers, and nothing can be under it.
    (dnsName.test(written.toLowerCase()) && URL.canParse(`https://under.${written}/`)
      ? undefined
      : "is not a host name: use one such as example.com, without a scheme, a port or a *")
  );
}

import type { Site } from "../config/site.ts";

/** Where a browser may be sent: a host, whether its subdomains too, and which port. */
interface Target {
  readonly host: string;
  readonly subdomains: boolean;
  readonly port: string | undefined; // undefined = the scheme's own, "*" = any
}

/** What the `Location` of a challenge can hold, and what leaves room in a cookie. */
const longest = 2_000;

const grammar = /^(\.?)((?:[a-z0-9-]+\.)*[a-z0-9-]+|\[[0-9a-f:]+\])(?::(\d{1,5}|\*))?$/;

/** Why something is no entry of `allowedRedirects`, or nothing. */
export function allowedRedirectFault(written: string): string | undefined {
  return parseTarget(written)
    ? undefined
    : "is no host: write example.org, .example.org, host:3000 or host:*";
}

function parseTarget(written: string): Target | undefined {
  const [, dot, host, port] = grammar.exec(written.toLowerCase()) ?? [];
  return host === undefined ? undefined : { host, subdomains: dot === ".", port };
}

/**
 * The one way to a redirect: gives back an absolute URL whose origin is allowed, or nothing.
 * What a browser would read otherwise than we do is refused before any parser sees it.
 */
export function createReturnTargets(sites: readonly Site[], allowedRedirects: readonly string[]) {
  const targets = allowedRedirects.map(parseTarget).filter((target) => target !== undefined);

  return function returnTarget(site: Site, written: string | null): string | undefined {
    if (written === null || written.length > longest || !isPlain(written)) return undefined;
    const url = parse(site, written);
    // Encoded it may be six times as long, and then no cookie would hold the transaction.
    if (
      url === undefined ||
      url.href.length > longest ||
      url.username !== "" ||
      url.password !== ""
    )
      return undefined;
    // http only where the site itself is http, which is on this machine.
    if (url.protocol !== "https:" && url.protocol !== site.url.protocol) return undefined;
    const isOwn = sites.some((one) => reaches(one, url));
    if (!isOwn && !targets.some((target) => matches(target, url))) return undefined;
    // Our own endpoints as a target would sign the visitor out, or in again and again.
    return sites.some((one) => one.isEndpoint(url)) ? undefined : url.href;
  };
}

export type ReturnTargets = ReturnType<typeof createReturnTargets>;

/** No control character, which browsers drop, and no backslash, which they read as a slash. */
function isPlain(written: string): boolean {
  // eslint-disable-next-line no-control-regex
  return !/[\u0000-\u001f\u007f\\]/.test(written);
}

function parse(site: Site, written: string): URL | undefined {
  if (written.startsWith("/")) {
    // `//host` names another host.
    return written.startsWith("//") ? undefined : canonical(written, site.url.origin);
  }
  // Exactly two slashes and then a host: `https:host` and `https:///host` are read in several ways.
  if (!/^https?:\/\/[^/?#@]+([/?#]|$)/i.test(written)) return undefined;
  return canonical(written);
}

function canonical(written: string, base?: string): URL | undefined {
  return URL.parse(written, base) ?? undefined;
}

function reaches(site: Site, url: URL): boolean {
  return site.covers(url.hostname) && (url.port === "" || url.port === site.url.port);
}

function matches(target: Target, url: URL): boolean {
  const { hostname } = url;
  const isHost =
    hostname === target.host || (target.subdomains && hostname.endsWith(`.${target.host}`));
  return isHost && (target.port === "*" || url.port === (target.port ?? ""));
}

/** The visitor's request as a proxy describes it, in the same form for every dialect. */
export interface ForwardedRequest {
  /** As sent: methods are case-sensitive (RFC 9110 §9.1). */
  readonly method: string;
  readonly scheme: "http" | "https";
  /** Lower case, without a trailing dot or the scheme's own port. */
  readonly host: string;
  /** Path and query exactly as the visitor sent them. */
  readonly uri: string;
}

/** Why a proxy's headers do not describe a request. Only logged, so that an attacker gets no hint. */
export interface Malformed {
  readonly malformed: string;
}

export function isMalformed(value: object): value is Malformed {
  return "malformed" in value;
}

const schemes = new Map([
  ["http", "http"],
  ["https", "https"],
  ["ws", "http"], // Traefik's scheme of a WebSocket handshake
  ["wss", "https"],
] as const satisfies [string, "http" | "https"][]) as ReadonlyMap<string, "http" | "https">;

/** Builds the request from its four parts and checks every character of each. */
export function forwardedRequest(
  method: string,
  proto: string,
  authority: string,
  uri: string,
): ForwardedRequest | Malformed {
  if (!isMethod(method)) return { malformed: "the method is not a token" };
  const scheme = schemes.get(proto);
  if (scheme === undefined) return { malformed: "the scheme is neither http nor https" };
  const host = canonicalHost(authority, scheme);
  if (host === undefined) return { malformed: "the host is not a host name" };
  return isUri(uri) ? { method, scheme, host, uri } : { malformed: "the URI is not a path" };
}

/** The request of a browser that opens a URL. */
export function requestTo(url: URL): ForwardedRequest | undefined {
  const request = forwardedRequest(
    "GET",
    url.protocol.slice(0, -1),
    url.host,
    url.pathname + url.search,
  );
  return isMalformed(request) ? undefined : request;
}

const [hyphen, period, zero, colon] = [45, 46, 48, 58];

/** The host name without its port. */
export function hostnameOf({ host }: ForwardedRequest): string {
  return host.slice(0, hostnameEnd(host));
}

/** The length of the host name: where the port begins, if there is one. */
export function hostnameEnd(host: string): number {
  let index = host.length - 1;
  while (isDigit(host.charCodeAt(index))) index--;
  return host.charCodeAt(index) === colon ? index : host.length;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

export function urlOf({ scheme, host, uri }: ForwardedRequest): string {
  return `${scheme}://${host}${uri}`;
}

const usualMethods: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
]);

function isMethod(method: string): boolean {
  return usualMethods.has(method) || /^[A-Za-z][A-Za-z-]{0,31}$/.test(method);
}

const label = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?";
const hostGrammar = new RegExp(
  String.raw`^((?:${label}\.)*${label}|\[[0-9a-f:.]+\])\.?(?::(\d{1,5}))?$`,
);

/** No cache: a visitor can make up hosts, and the usual spellings are checked faster than they would be found. */
function canonicalHost(authority: string, scheme: "http" | "https"): string | undefined {
  const end = hostnameEnd(authority);
  if (!isPlainName(authority, end)) return readHost(authority, scheme);
  return end === authority.length ? authority : withPort(authority, end, scheme);
}

/** A plain name with a port, which is left out if it is the scheme's own. */
function withPort(authority: string, end: number, scheme: "http" | "https"): string | undefined {
  if (authority.length - end > 6) return undefined;
  let port = 0;
  for (let index = end + 1; index < authority.length; index++) {
    port = port * 10 + authority.charCodeAt(index) - zero;
  }
  if (port < 1 || port > 65_535) return undefined;
  if (port === (scheme === "https" ? 443 : 80)) return authority.slice(0, end);
  return authority.charCodeAt(end + 1) === zero ? readHost(authority, scheme) : authority;
}

/** Whether the name that ends at `end` is already canonical, as most are. */
function isPlainName(authority: string, end: number): boolean {
  if (end > 253) return false;
  let before = period;
  for (let index = 0; index < end; index++) {
    const code = authority.charCodeAt(index);
    const isAlphanumeric = (code >= 97 && code <= 122) || isDigit(code);
    const isWithin = (code === hyphen && before !== period) || (code === period && before > period);
    if (!isAlphanumeric && !isWithin) return false;
    before = code;
  }
  return before > period;
}

/**
 * The canonical spelling of a host: the proxy's route and our decision must mean the same host. Characters at which
 * some parser cuts a host (`@`, `/`, `\`, `?`, `#`, `%`, a comma) are refused.
 */
function readHost(authority: string, scheme: "http" | "https"): string | undefined {
  if (authority.length > 262) return undefined;
  const [, hostname, port] = hostGrammar.exec(authority.toLowerCase()) ?? [];
  if (hostname === undefined || (hostname.startsWith("[") && !URL.canParse(`http://${hostname}`)))
    return undefined;
  if (port === undefined) return hostname;
  const number = Number(port);
  if (number < 1 || number > 65_535) return undefined;
  return number === (scheme === "https" ? 443 : 80) ? hostname : `${hostname}:${number}`;
}

/** A path and query that every parser splits the same way: visible ASCII, no fragment, complete escapes. */
function isUri(uri: string): boolean {
  if (uri.charCodeAt(0) !== 47) return false;
  let inQuery = false;
  for (let index = 0; index < uri.length; index++) {
    const code = uri.charCodeAt(index);
    if (code <= 32 || code >= 127 || code === 35 /* # */) return false;
    if (code === 63 /* ? */) inQuery = true;
    if (inQuery) continue;
    if (code === 92 /* \ */) return false; // browsers read it as a slash
    if (code === 37 /* % */ && !isWholeEscape(uri, index)) return false;
  }
  return true;
}

/** Two hex digits that are not a control character, except NUL, which `path-readings.ts` handles. */
function isWholeEscape(uri: string, index: number): boolean {
  if (!isHex(uri.charCodeAt(index + 1)) || !isHex(uri.charCodeAt(index + 2))) return false;
  const byte = Number.parseInt(uri.slice(index + 1, index + 3), 16);
  return byte === 0 || (byte >= 32 && byte !== 127);
}

function isHex(code: number): boolean {
  return isDigit(code) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102);
}

import { forwardedRequest, type ForwardedRequest, type Malformed } from "./forwarded-request.ts";

/** A proxy's way to describe the visitor's request, and how that proxy treats our response. */
export interface Dialect {
  readonly name: string;
  /** nginx turns every status except 2xx, 401 and 403 into 500. */
  readonly malformedStatus: 400 | 403;
  /** The proxy sends our whole response to the visitor: status, headers and body. */
  readonly isShown: boolean;
  readonly storeUnreachableStatus: 500 | 503;
}

/** A dialect that describes the request in a set of headers. */
export interface HeaderFamily<Header extends string = string> extends Dialect {
  /** Lower-case names. A request is complete if each occurs once and is not empty. */
  readonly required: readonly Header[];
  /** If any of these headers occurs, the family is present. */
  readonly signs: readonly Header[];
  read(value: (name: Header) => string): ForwardedRequest | Malformed;
  /** The headers that this proxy would send for a request. */
  write(request: ForwardedRequest): Readonly<Record<Header, string>>;
}

function family<const Header extends string>(
  entry: Omit<HeaderFamily<Header>, "required" | "signs"> & {
    readonly required: readonly Header[];
    readonly signs: readonly NoInfer<Header>[];
  },
): HeaderFamily<Header> {
  return entry;
}

/** Traefik, Caddy, HAProxy, APISIX. */
const forwarded = family({
  name: "forwarded",
  required: ["x-forwarded-method", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-uri"],
  signs: ["x-forwarded-uri", "x-forwarded-method"],
  read: (value) =>
    forwardedRequest(
      value("x-forwarded-method"),
      value("x-forwarded-proto"),
      value("x-forwarded-host"),
      value("x-forwarded-uri"),
    ),
  write: ({ method, scheme, host, uri }) => ({
    "x-forwarded-method": method,
    "x-forwarded-proto": scheme,
    "x-forwarded-host": host,
    "x-forwarded-uri": uri,
  }),
  malformedStatus: 400,
  isShown: true,
  storeUnreachableStatus: 503,
});

/** nginx and ingress-nginx. */
export const original = family({
  name: "original",
  required: ["x-original-url", "x-original-method"],
  signs: ["x-original-url", "x-original-method"],
  read: (value) => readOriginal(value("x-original-method"), value("x-original-url")),
  write: ({ method, scheme, host, uri }) => ({
    "x-original-url": `${scheme}://${host}${uri}`,
    "x-original-method": method,
  }),
  malformedStatus: 403,
  isShown: false,
  storeUnreachableStatus: 500,
});

/**
 * Every header family. A family in this list is read from requests, must agree with every other family that is present,
 * and can be pinned by `dialect`.
 */
export const headerFamilies: readonly HeaderFamily[] = [forwarded, original];

/**
 * Envoy and Istio. This dialect is detected only by a request to `/verify/<rest>`, not by a header, because the visitor
 * could have sent any header.
 */
export const extAuthz: Dialect = {
  name: "ext-authz",
  malformedStatus: 400,
  isShown: true,
  storeUnreachableStatus: 503,
};

/** The headers that Envoy sends in addition to the request line. */
export const extAuthzHeaders = ["host", "x-forwarded-proto"] as const;

export const dialectNames: readonly string[] = [
  ...headerFamilies.map(({ name }) => name),
  extAuthz.name,
];

function readOriginal(method: string, url: string): ForwardedRequest | Malformed {
  const colon = url.indexOf("://");
  if (colon === -1) return { malformed: "X-Original-URL is not an absolute URL" };
  const start = colon + 3;
  const end = endOfAuthority(url, start);
  const rest = end === url.length ? "/" : url.slice(end);
  // `forwardedRequest` refuses a wrong scheme or authority.
  return forwardedRequest(method, url.slice(0, colon), url.slice(start, end), rest);
}

/** RFC 3986 §3.2 */
function endOfAuthority(url: string, start: number): number {
  for (let index = start; index < url.length; index++) {
    const code = url.charCodeAt(index);
    if (code === 47 /* / */ || code === 63 /* ? */ || code === 35 /* # */) return index;
  }
  return url.length;
}

import { forwardedRequest, type ForwardedRequest, type Malformed } from "./forwarded-request.ts";
import type { ReadHeader } from "./request-headers.ts";

/** One way of telling a request. Everything that differs between proxies is in this table. */
export interface Dialect {
  readonly name: DialectName;
  /** The headers of which any one shows that the dialect is spoken. */
  readonly signs: readonly ReadHeader[];
  readonly required: readonly ReadHeader[];
  read(
    value: (name: ReadHeader) => string,
    carried: CarriedRequest | undefined,
  ): ForwardedRequest | Malformed;
  /** nginx turns every status but 2xx, 401 and 403 into 500. */
  readonly malformedStatus: 400 | 403;
  /** Its proxy shows the visitor our answer: status, body and all. */
  readonly isShown: boolean;
  readonly storeUnreachableStatus: 500 | 503;
}

export const dialectNames = ["forwarded", "original", "ext-authz"] as const;
export type DialectName = (typeof dialectNames)[number];

/** The visitor's request where it is our own: Envoy passes the method on and puts the URI behind our path. */
export interface CarriedRequest {
  readonly method: string;
  /** What stands behind `/verify`, as it came, with the visitor's query. */
  readonly uri: string;
}

/** Traefik, Caddy, HAProxy, APISIX. */
export const forwarded: Dialect = {
  name: "forwarded",
  signs: ["x-forwarded-uri", "x-forwarded-method"],
  required: ["x-forwarded-method", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-uri"],
  read: (value) =>
    forwardedRequest(
      value("x-forwarded-method"),
      value("x-forwarded-proto"),
      value("x-forwarded-host"),
      value("x-forwarded-uri"),
    ),
  malformedStatus: 400,
  isShown: true,
  storeUnreachableStatus: 503,
};

/** nginx and ingress-nginx. */
export const original: Dialect = {
  name: "original",
  signs: ["x-original-url", "x-original-method"],
  required: ["x-original-url", "x-original-method"],
  read: (value) => readOriginal(value("x-original-method"), value("x-original-url")),
  malformedStatus: 403,
  isShown: false,
  storeUnreachableStatus: 500,
};

/** Envoy and Istio. No header speaks it, for any header could be the visitor's: only our own path does. */
export const extAuthz: Dialect = {
  name: "ext-authz",
  signs: [],
  required: ["host", "x-forwarded-proto"],
  read: (value, carried) =>
    carried === undefined
      ? { malformed: "the visitor's URI does not follow our path" }
      : forwardedRequest(carried.method, value("x-forwarded-proto"), value("host"), carried.uri),
  malformedStatus: 400,
  isShown: true,
  storeUnreachableStatus: 503,
};

export const dialects: Readonly<Record<DialectName, Dialect>> = {
  forwarded,
  original,
  "ext-authz": extAuthz,
};

/** The families that headers speak. */
export const families = [forwarded, original] as const;

function readOriginal(method: string, url: string): ForwardedRequest | Malformed {
  const colon = url.indexOf("://");
  if (colon === -1) return { malformed: "X-Original-URL is no absolute URL" };
  const start = colon + 3;
  const end = endOfAuthority(url, start);
  const rest = end === url.length ? "/" : url.slice(end);
  // A scheme that is none, and an authority that is, are found out there.
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

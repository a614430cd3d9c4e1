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
const original: Dialect = {
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
  const [, scheme, authority, rest] = /^([a-z]+):\/\/([^/?#]*)(.*)$/s.exec(url) ?? [];
  if (scheme === undefined || authority === undefined)
    return { malformed: "X-Original-URL is no absolute URL" };
  return forwardedRequest(
    method,
    scheme,
    authority,
    rest === undefined || rest === "" ? "/" : rest,
  );
}

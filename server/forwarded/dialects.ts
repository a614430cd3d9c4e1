import {
  forwardedRequest,
  isMalformed,
  type ForwardedRequest,
  type Malformed,
} from "./forwarded-request.ts";
import type { ReadHeader, RequestHeaders } from "./request-headers.ts";

/** One way of telling a request. Everything that differs between proxies is in this table. */
export interface Dialect {
  readonly name: DialectName;
  /** The headers of which any one shows that the dialect is spoken. */
  readonly signs: readonly ReadHeader[];
  readonly required: readonly ReadHeader[];
  read(value: (name: ReadHeader) => string): ForwardedRequest | Malformed;
  /** nginx turns every status but 2xx, 401 and 403 into 500. */
  readonly malformedStatus: 400 | 403;
  /** Its proxy shows the visitor our answer: status, body and all. */
  readonly isShown: boolean;
  readonly storeUnreachableStatus: 500 | 503;
}

export type DialectName = "forwarded" | "original";

/** Traefik, Caddy, HAProxy, APISIX. */
const forwarded: Dialect = {
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

const dialects: Readonly<Record<DialectName, Dialect>> = { forwarded, original };

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

/** A request and the dialect to answer in; or why there is none. */
export type Told =
  | { readonly dialect: Dialect; readonly request: ForwardedRequest }
  | {
      readonly dialect: Dialect | undefined;
      readonly malformed: string;
      readonly isConflict?: true;
      /** No proxy said anything: whoever asks is asking for themselves. */
      readonly isSilent?: true;
    };

/**
 * Reads the request by dialect. It never prefers one family over the other, because either can be a
 * visitor's own header passed on by a proxy that speaks the other: two that disagree are no request.
 */
export function readForwarded(headers: RequestHeaders, pinned: DialectName | undefined): Told {
  if (pinned !== undefined) {
    const told = readAlone(headers, dialects[pinned]);
    const isSilent = Object.values(dialects).every((dialect) => !isSpoken(headers, dialect));
    return isSilent && !("request" in told) ? { ...told, isSilent } : told;
  }
  const isForwarded = isSpoken(headers, forwarded);
  const isOriginal = isSpoken(headers, original);
  if (isForwarded && isOriginal) return readBoth(headers);
  if (isForwarded) return readAlone(headers, forwarded);
  return isOriginal ? readAlone(headers, original) : silent;
}

const silent: Told = {
  dialect: undefined,
  malformed: "no proxy told of a request",
  isSilent: true,
};

function isSpoken(headers: RequestHeaders, { signs }: Dialect): boolean {
  for (const sign of signs) if (headers.get(sign) !== undefined) return true;
  return false;
}

function readAlone(headers: RequestHeaders, dialect: Dialect): Told {
  const fault = faultIn(headers, dialect.required);
  if (fault !== undefined) return { dialect, malformed: fault };
  const request = dialect.read((name) => headers.get(name) ?? "");
  return isMalformed(request) ? { dialect, ...request } : { dialect, request };
}

function faultIn(headers: RequestHeaders, required: readonly ReadHeader[]): string | undefined {
  for (const name of required) {
    if (headers.isRepeated(name)) return `${name} is repeated`;
    if ((headers.get(name) ?? "") === "") return `${name} is missing or empty`;
  }
  return undefined;
}

/** Whichever proxy it was, both families must tell the same request wherever both say something. */
function readBoth(headers: RequestHeaders): Told {
  const conflict = (malformed: string): Told => ({
    dialect: forwarded,
    malformed,
    isConflict: true,
  });
  const repeated = [...forwarded.required, ...original.required].find((name) =>
    headers.isRepeated(name),
  );
  if (repeated !== undefined) return conflict(`${repeated} is repeated`);
  // The family that is whole tells the request; what the other one lacks is filled in from it, so that
  // only what it does say is compared.
  const whole = [forwarded, original].find(
    ({ required }) => faultIn(headers, required) === undefined,
  );
  if (whole === undefined) return conflict("neither family of headers is whole");
  const told = readAlone(headers, whole);
  if (!("request" in told)) return conflict(told.malformed);
  const fill = completed(headers, told.request);
  for (const family of [forwarded, original]) {
    const request = family.read(fill);
    if (isMalformed(request) || !isSame(request, told.request))
      return conflict("the two families of headers disagree");
  }
  return told;
}

function completed(
  headers: RequestHeaders,
  request: ForwardedRequest,
): (name: ReadHeader) => string {
  const filled: Partial<Record<ReadHeader, string>> = {
    "x-forwarded-method": request.method,
    "x-forwarded-proto": request.scheme,
    "x-forwarded-host": request.host,
    "x-forwarded-uri": request.uri,
    "x-original-method": request.method,
    "x-original-url": `${request.scheme}://${request.host}${request.uri}`,
  };
  return (name) => headers.get(name) ?? filled[name] ?? "";
}

function isSame(one: ForwardedRequest, other: ForwardedRequest): boolean {
  return (
    one.method === other.method &&
    one.scheme === other.scheme &&
    one.host === other.host &&
    one.uri === other.uri
  );
}

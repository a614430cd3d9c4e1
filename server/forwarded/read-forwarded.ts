import {
  dialects,
  extAuthz,
  families,
  forwarded,
  original,
  type CarriedRequest,
  type Dialect,
  type DialectName,
} from "./dialects.ts";
import { isMalformed, type ForwardedRequest } from "./forwarded-request.ts";
import type { ReadHeader, RequestHeaders } from "./request-headers.ts";

/** A request and the dialect to answer in; or why there is none. */
export type ForwardedResult =
  | { readonly dialect: Dialect; readonly request: ForwardedRequest }
  | {
      readonly dialect: Dialect | undefined;
      readonly malformed: string;
      readonly isConflict?: true;
      /** No proxy said anything: whoever asks is asking for themselves. */
      readonly noProxyHeaders?: true;
    };

/**
 * Reads the request by dialect. It never prefers one family over the other, because either can be a
 * visitor's own header passed on by a proxy that speaks the other: two that disagree are no request.
 */
export function readForwarded(
  headers: RequestHeaders,
  pinned: DialectName | undefined,
  carried: CarriedRequest | undefined,
): ForwardedResult {
  if (pinned !== undefined) return readPinned(headers, dialects[pinned], carried);
  if (carried !== undefined) return readCarried(headers, carried);
  const isForwarded = isSpoken(headers, forwarded);
  const isOriginal = isSpoken(headers, original);
  if (isForwarded && isOriginal) return readBoth(headers);
  if (isForwarded) return readAlone(headers, forwarded);
  return isOriginal ? readAlone(headers, original) : silent;
}

const silent: ForwardedResult = {
  dialect: undefined,
  malformed: "no proxy told of a request",
  noProxyHeaders: true,
};

function isSpoken(headers: RequestHeaders, { signs }: Dialect): boolean {
  for (const sign of signs) if (headers.get(sign) !== undefined) return true;
  return false;
}

function readPinned(
  headers: RequestHeaders,
  dialect: Dialect,
  carried: CarriedRequest | undefined,
): ForwardedResult {
  const result = readAlone(headers, dialect, carried);
  if ("request" in result) return result;
  // Envoy's question has no family's headers. Were it silence too, one that lost its URI on the way would be
  // answered as if its sender asked for themselves: with a 200, which Envoy takes for an allow.
  if (dialect === extAuthz || carried !== undefined) return result;
  const noProxyHeaders = families.every((family) => !isSpoken(headers, family));
  return noProxyHeaders ? { ...result, noProxyHeaders } : result;
}

function readAlone(
  headers: RequestHeaders,
  dialect: Dialect,
  carried?: CarriedRequest,
): ForwardedResult {
  const fault = faultIn(headers, dialect.required);
  if (fault !== undefined) return { dialect, malformed: fault };
  const request = dialect.read((name) => headers.get(name) ?? "", carried);
  return isMalformed(request) ? { dialect, ...request } : { dialect, request };
}

function faultIn(headers: RequestHeaders, required: readonly ReadHeader[]): string | undefined {
  for (const name of required) {
    if (headers.isRepeated(name)) return `${name} is repeated`;
    if ((headers.get(name) ?? "") === "") return `${name} is missing or empty`;
  }
  return undefined;
}

/** Envoy itself tells all of it; nothing that it passes on may fill in a part, and none may say otherwise. */
function readCarried(headers: RequestHeaders, carried: CarriedRequest): ForwardedResult {
  const result = readAlone(headers, extAuthz, carried);
  const spoken = families.filter((family) => isSpoken(headers, family));
  if (!("request" in result) || spoken.length === 0) return result;
  const fault = repeatedIn(headers, spoken) ?? disagreementIn(headers, spoken, result.request);
  return fault === undefined ? result : conflict(extAuthz, fault);
}

/** Whichever proxy it was, both families must tell the same request wherever both say something. */
function readBoth(headers: RequestHeaders): ForwardedResult {
  const repeated = repeatedIn(headers, families);
  if (repeated !== undefined) return conflict(forwarded, repeated);
  // The family that is whole tells the request; what the other one lacks is filled in from it, so that
  // only what it does say is compared.
  const whole = families.find(({ required }) => faultIn(headers, required) === undefined);
  if (whole === undefined) return conflict(forwarded, "neither family of headers is whole");
  const result = readAlone(headers, whole);
  if (!("request" in result)) return conflict(forwarded, result.malformed);
  const disagreement = disagreementIn(headers, families, result.request);
  return disagreement === undefined ? result : conflict(forwarded, disagreement);
}

function conflict(dialect: Dialect, malformed: string): ForwardedResult {
  return { dialect, malformed, isConflict: true };
}

function repeatedIn(headers: RequestHeaders, spoken: readonly Dialect[]): string | undefined {
  const name = spoken
    .flatMap(({ required }) => required)
    .find((required) => headers.isRepeated(required));
  return name && `${name} is repeated`;
}

function disagreementIn(
  headers: RequestHeaders,
  spoken: readonly Dialect[],
  result: ForwardedRequest,
): string | undefined {
  const fill = completed(headers, result);
  for (const family of spoken) {
    const request = family.read(fill, undefined);
    if (isMalformed(request) || !isSame(request, result)) return "the families of headers disagree";
  }
  return undefined;
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

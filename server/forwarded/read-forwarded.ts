import {
  extAuthz,
  extAuthzHeaders,
  headerFamilies,
  type Dialect,
  type HeaderFamily,
} from "./dialects.ts";
import {
  forwardedRequest,
  isMalformed,
  type ForwardedRequest,
  type Malformed,
} from "./forwarded-request.ts";
import type { RequestHeaders } from "./request-headers.ts";

/** A request and the dialect to respond in; or why there is no request. */
export type ForwardedResult =
  | { readonly dialect: Dialect; readonly request: ForwardedRequest }
  | {
      /** undefined = no dialect, or several that disagree. */
      readonly dialect: Dialect | undefined;
      readonly malformed: string;
      readonly isConflict?: true;
    };

/** The visitor's request where our own request line carries it: Envoy keeps the method and appends the URI to our path. */
export interface ExtAuthzRequest {
  readonly method: string;
  /** The rest of the target after `/verify`, unchanged, with the visitor's query. */
  readonly uri: string;
}

type ReadForwarded = (
  headers: RequestHeaders,
  /** The only dialect that is read, by its name; undefined = the one that is detected. */
  pinned: string | undefined,
  carried: ExtAuthzRequest | undefined,
) => ForwardedResult;

/**
 * Reads the forwarded request in the dialect of the proxy. No family takes precedence, because a proxy that uses one
 * family may pass the visitor's own headers of another: families that disagree are refused.
 */
export function createForwardedReader(families: readonly HeaderFamily[]): ReadForwarded {
  return (headers, pinned, carried) => {
    if (pinned !== undefined) return readPinned(headers, pinned, carried);
    if (carried !== undefined) return readCarried(headers, carried);
    const first = presentFrom(headers, 0);
    if (first === families.length) return noFamily;
    const isOnly = presentFrom(headers, first + 1) === families.length;
    return isOnly ? readAlone(headers, families[first] as HeaderFamily) : readSeveral(headers);
  };

  /** The index of the next family that is present. */
  function presentFrom(headers: RequestHeaders, start: number): number {
    let index = start;
    while (index < families.length && !isPresent(headers, families[index] as HeaderFamily)) index++;
    return index;
  }

  function readPinned(
    headers: RequestHeaders,
    pinned: string,
    carried: ExtAuthzRequest | undefined,
  ): ForwardedResult {
    const family = families.find(({ name }) => name === pinned);
    return family === undefined ? readExtAuthz(headers, carried) : readAlone(headers, family);
  }

  /** Envoy's request line and `Host` are complete: no header family may add a part or contradict them. */
  function readCarried(headers: RequestHeaders, carried: ExtAuthzRequest): ForwardedResult {
    const result = readExtAuthz(headers, carried);
    const present = families.filter((family) => isPresent(headers, family));
    if (!("request" in result) || present.length === 0) return result;
    const fault = repeatedIn(headers, present) ?? disagreementIn(headers, present, result.request);
    return fault === undefined ? result : conflict(fault);
  }

  /** All families that are present must describe the same request, in every part that they have. */
  function readSeveral(headers: RequestHeaders): ForwardedResult {
    const present = families.filter((family) => isPresent(headers, family));
    const repeated = repeatedIn(headers, present);
    if (repeated !== undefined) return conflict(repeated);
    // A complete family describes the request. Parts that another family lacks are filled in from it, so that only
    // parts that are present are compared.
    const complete = present.find(({ required }) => faultIn(headers, required) === undefined);
    if (complete === undefined) return conflict("no header family is complete");
    const result = readAlone(headers, complete);
    if (!("request" in result)) return conflict(result.malformed);
    const disagreement = disagreementIn(headers, present, result.request);
    return disagreement === undefined ? result : conflict(disagreement);
  }
}

export const readForwarded = createForwardedReader(headerFamilies);

const noFamily: ForwardedResult = {
  dialect: undefined,
  malformed: "no header family is present",
};

/** Whether a proxy describes a visitor's request in the headers. */
export function isForwarded(headers: RequestHeaders): boolean {
  return headerFamilies.some((family) => isPresent(headers, family));
}

function isPresent(headers: RequestHeaders, { signs }: HeaderFamily): boolean {
  for (const sign of signs) if (headers.get(sign) !== undefined) return true;
  return false;
}

function readAlone(headers: RequestHeaders, family: HeaderFamily): ForwardedResult {
  const fault = faultIn(headers, family.required);
  if (fault !== undefined) return { dialect: family, malformed: fault };
  return resultOf(
    family,
    family.read((name) => headers.get(name) ?? ""),
  );
}

function readExtAuthz(
  headers: RequestHeaders,
  carried: ExtAuthzRequest | undefined,
): ForwardedResult {
  const fault = faultIn(headers, extAuthzHeaders);
  if (fault !== undefined) return { dialect: extAuthz, malformed: fault };
  if (carried === undefined)
    return { dialect: extAuthz, malformed: "the visitor's URI does not follow /verify" };
  const [host = "", scheme = ""] = extAuthzHeaders.map((name) => headers.get(name));
  return resultOf(extAuthz, forwardedRequest(carried.method, scheme, host, carried.uri));
}

function resultOf(dialect: Dialect, request: ForwardedRequest | Malformed): ForwardedResult {
  return isMalformed(request) ? { dialect, ...request } : { dialect, request };
}

function faultIn(headers: RequestHeaders, required: readonly string[]): string | undefined {
  for (const name of required) {
    if (headers.isRepeated(name)) return `${name} is repeated`;
    if ((headers.get(name) ?? "") === "") return `${name} is missing or empty`;
  }
  return undefined;
}

function conflict(malformed: string): ForwardedResult {
  return { dialect: undefined, malformed, isConflict: true };
}

function repeatedIn(headers: RequestHeaders, present: readonly HeaderFamily[]): string | undefined {
  for (const { required } of present)
    for (const name of required) if (headers.isRepeated(name)) return `${name} is repeated`;
  return undefined;
}

function disagreementIn(
  headers: RequestHeaders,
  present: readonly HeaderFamily[],
  request: ForwardedRequest,
): string | undefined {
  const odd = present.find((family) => {
    const filled = family.write(request);
    const other = family.read((name) => headers.get(name) ?? filled[name] ?? "");
    return isMalformed(other) || !isSame(other, request);
  });
  return odd && `the header families disagree: see the headers of "${odd.name}"`;
}

function isSame(one: ForwardedRequest, other: ForwardedRequest): boolean {
  return (
    one.method === other.method &&
    one.scheme === other.scheme &&
    one.host === other.host &&
    one.uri === other.uri
  );
}

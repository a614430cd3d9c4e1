/** The paths of a rule: `/a/b`, `/a/*` (one segment), `/a/**` (/a and everything under it). */
export type PathPattern = readonly string[];

const ambiguous = /[;\\\p{Cc}]|%(?:2f|5c|00|23|3f|25|2a)/iu;

/** Why a text cannot be the path of a rule; undefined = it can. */
export function pathPatternFault(written: string): string | undefined {
  if (!written.startsWith("/")) return "does not start with a slash: use /a/b, /a/* or /a/**";
  if (/[?#]/.test(written))
    return "contains a query or a fragment: remove it, and use `query` for a query parameter";
  const [found] = ambiguous.exec(written) ?? [];
  if (found !== undefined)
    return `contains ${JSON.stringify(found)}, which servers interpret differently, so no request would match: remove it, or use * for the segment`;
  const segments = written.split("/").slice(1);
  if (segments.some((segment) => segment === "." || segment === ".."))
    return "contains the segment . or ..: use the path without it";
  if (segments.slice(0, -1).includes("**"))
    return "contains ** before its last segment: use * for one segment, and ** only at the end";
  if (segments.some((segment) => segment.includes("*") && segment !== "*" && segment !== "**")) {
    return "contains * as part of a segment: use * for a whole segment only, such as /a/*/b";
  }
  return decode(written) === undefined
    ? "contains a % that begins no UTF-8 escape: use the plain character, or * for the segment"
    : undefined;
}

/** Why a text cannot be an exact path; undefined = it can. Only characters that have one spelling in a URL can. */
export function exactPathFault(written: string): string | undefined {
  const fault = pathPatternFault(written);
  if (fault !== undefined) return fault;
  if (written.includes("//")) return "contains an empty segment: use it without, or `path`";
  const [found] = /[^A-Za-z0-9\-._~/]/.exec(written) ?? [];
  return found === undefined
    ? undefined
    : `contains ${JSON.stringify(found)}, which is not exact: use letters, digits and - . _ ~ /, or use \`path\``;
}

export function parsePathPattern(written: string): PathPattern {
  return segmentsOf(decode(written) ?? written);
}

/** A path's segments, without empty ones: `/a//b/` is `/a/b`. */
export function segmentsOf(path: string): string[] {
  return path.split("/").filter((segment) => segment !== "");
}

export function matchesPath(pattern: PathPattern, segments: readonly string[]): boolean {
  const isOpenEnded = pattern.at(-1) === "**";
  const fixed = isOpenEnded ? pattern.length - 1 : pattern.length;
  if (isOpenEnded ? segments.length < fixed : segments.length !== fixed) return false;
  for (let index = 0; index < fixed; index++) {
    if (pattern[index] !== "*" && pattern[index] !== segments[index]) return false;
  }
  return true;
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** How a rule names paths: `/a/b`, `/a/*` (one segment), `/a/**` (a and all beneath it). */
export type PathPattern = readonly string[];

/** Why something is no path of a rule, or nothing. */
export function pathPatternFault(written: string): string | undefined {
  if (!written.startsWith("/")) return "does not start with a slash";
  if (/[?#]/.test(written))
    return "holds a query or a fragment: conditions on those go into `query`";
  if (/[;\\\p{Cc}]|%(2f|5c|00|23|3f|25|2a)/iu.test(written)) {
    return "holds a sign that servers read in several ways, so no request would match it";
  }
  const segments = written.split("/").slice(1);
  if (segments.some((segment) => segment === "." || segment === "..")) return "holds a dot segment";
  if (segments.slice(0, -1).includes("**"))
    return "has ** before its end, where it stands for any rest";
  if (segments.some((segment) => segment.includes("*") && segment !== "*" && segment !== "**")) {
    return "has a * within a segment: it stands for a whole one";
  }
  return decode(written) === undefined ? "holds a broken escape" : undefined;
}

export function parsePathPattern(written: string): PathPattern {
  return segmentsOf(decode(written) ?? written);
}

/** A path's segments. Empty ones count for nothing: `/a//b/` is `/a/b`. */
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

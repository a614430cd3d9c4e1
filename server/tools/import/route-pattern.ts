import { exactPathFault, pathPatternFault } from "../../policy/path-pattern.ts";
import { expandRegex, type Branch, type Piece } from "./regex-pieces.ts";

/** A regular expression as paths of a rule. */
interface Translated {
  /** Every path that these match, the expression matches too. */
  readonly paths: readonly string[];
  /** The paths that it matches without their counterpart with or without a slash at the end. */
  readonly exactPaths: readonly string[];
  /** Why a part is left out, if any; `nearest` would open that part, and slightly more. */
  readonly lost: string | undefined;
  readonly nearest: readonly string[];
}

/** Which paths at and below a path an expression matches. */
interface Reach {
  /** `/a`. */
  exact: boolean;
  /** `/a/`. */
  slash: boolean;
  /** `/a/b`, `/a/b/c`, and so on. */
  below: boolean;
}

/**
 * Translates a Go regular expression, which oauth2-proxy searches anywhere in the decoded path, into paths of a
 * rule that match the same requests or fewer, never more. A rule's path treats `/a` and `/a/` as equal, so `^/a$`
 * becomes an exact path, and `^/a/` the exact path `/a/` and the paths below it.
 */
export function translateRegex(regex: string): Translated {
  const branches = expandRegex(regex);
  if (branches === undefined)
    return untranslatable("contains syntax that a rule's path cannot express");
  const reaches = new Map<string, Reach>();
  for (const branch of branches) {
    const fault = readBranch(branch, reaches);
    if (fault !== undefined) return untranslatable(fault);
  }
  const found = [...reaches].map(([path, reach]) => pathsOf(path, reach));
  const nearest = found.flatMap((one) => one.nearest);
  const lost =
    nearest.length === 0
      ? undefined
      : `does not match both ${nearest[0]} and ${nearest[0]}/, but a rule always does`;
  return {
    paths: [...new Set(found.flatMap(({ paths }) => paths))],
    exactPaths: found.flatMap(({ exactPaths }) => exactPaths),
    lost,
    nearest,
  };
}

function untranslatable(lost: string): Translated {
  return { paths: [], exactPaths: [], lost, nearest: [] };
}

/** Adds the reach of one branch, or returns why no path can express it. */
function readBranch(branch: Branch, reaches: Map<string, Reach>): string | undefined {
  const inner = branch[0] === "start" ? branch.slice(1) : branch;
  const isEnded = inner.at(-1) === "end";
  const body = isEnded ? inner.slice(0, -1) : inner;
  if (body.includes("start") || body.includes("end")) return "has an anchor in the middle";
  if (body.indexOf("some") < body.length - 1 && body.includes("some"))
    return "has a wildcard in the middle that must not be empty, but a rule's may be empty";
  const tail = body.at(-1);
  const isWild = tail === "any" || tail === "some";
  const text = (isWild ? body.slice(0, -1) : body).map(written).join("");
  // A regular expression that matches the empty string matches every path.
  const full = text === "" && (!isEnded || isWild) ? "/" : text;
  if (!full.startsWith("/")) return "does not start with a slash";
  const path = full.replace(/\/$/, "");
  if (/[^/]\*|\*[^/]/.test(path)) return "has a wildcard for part of a segment";
  const fault = path === "" ? undefined : pathPatternFault(path);
  if (fault !== undefined || full.includes("//"))
    return "contains a path that a rule cannot express";
  const reach = reaches.get(path) ?? { exact: path === "", slash: false, below: false };
  reaches.set(path, reach);
  widen(reach, { isSlashed: full !== path, isOpen: !isEnded || isWild, isSome: tail === "some" });
  return undefined;
}

function widen(
  reach: Reach,
  { isSlashed, isOpen, isSome }: { isSlashed: boolean; isOpen: boolean; isSome: boolean },
): void {
  if (!isSlashed && !isSome) reach.exact = true;
  if (isSlashed ? !isSome : isOpen) reach.slash = true;
  if (isOpen) reach.below = true;
}

function pathsOf(path: string, { exact, slash, below }: Reach) {
  const isBoth = exact && slash;
  const own = path === "" ? "/" : path;
  if (isBoth && below) return { paths: [`${path}/**`], exactPaths: [], nearest: [] };
  const paths = [...(isBoth ? [own] : []), ...(below ? [`${path}/*/**`] : [])];
  // The root is one path, with its slash.
  if (isBoth || (!exact && !slash) || path === "") return { paths, exactPaths: [], nearest: [] };
  const only = exact ? own : `${path}/`;
  return exactPathFault(only) === undefined
    ? { paths, exactPaths: [only], nearest: [] }
    : { paths, exactPaths: [], nearest: !exact && below ? [] : [own] };
}

/** A wildcard in the middle may match several segments; it is narrowed to one. */
function written(piece: Piece): string {
  if (typeof piece === "object") return piece.letter;
  return "*";
}

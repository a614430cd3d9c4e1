import { pathPatternFault } from "../../policy/path-pattern.ts";
import { expandRegex, type Branch, type Piece } from "./regex-pieces.ts";

/** What paths of a rule can say of a regular expression. */
export interface Translated {
  /** Whatever these match, the expression matches too. */
  readonly paths: readonly string[];
  /** Why some of it is left out, or nothing; and the paths that would open that, and a little more. */
  readonly lost: string | undefined;
  readonly nearest: readonly string[];
}

/** How much of what is at a path, and beneath it, an expression matches. */
interface Reach {
  /** `/a`. */
  exact: boolean;
  /** `/a/`. */
  slash: boolean;
  /** `/a/b`, `/a/b/c`, and so on. */
  beneath: boolean;
}

/**
 * A regular expression over paths as paths of a rule: those that it matches, or some of them, and never one
 * more. It is Go's, and looked for anywhere in the decoded path. To a rule `/a` and `/a/` are one, so that it has
 * no equal for `^/a$`, nor one for `^/a/` but everything beneath.
 */
export function translateRegex(regex: string): Translated {
  const branches = expandRegex(regex);
  if (branches === undefined) return untranslatable("holds more than a rule's path can say");
  const reaches = new Map<string, Reach>();
  for (const branch of branches) {
    const fault = readBranch(branch, reaches);
    if (fault !== undefined) return untranslatable(fault);
  }
  const found = [...reaches].map(([path, reach]) => pathsOf(path, reach));
  const nearest = found.flatMap((one) => one.nearest);
  const lost =
    nearest.length === 0 ? undefined : `does not match both ${nearest[0]} and ${nearest[0]}/`;
  return { paths: [...new Set(found.flatMap(({ paths }) => paths))], lost, nearest };
}

function untranslatable(lost: string): Translated {
  return { paths: [], lost, nearest: [] };
}

/** Adds what one branch reaches, or says why no path can say it. */
function readBranch(branch: Branch, reaches: Map<string, Reach>): string | undefined {
  const inner = branch[0] === "start" ? branch.slice(1) : branch;
  const isEnded = inner.at(-1) === "end";
  const body = isEnded ? inner.slice(0, -1) : inner;
  if (body.includes("start") || body.includes("end")) return "has an anchor in its middle";
  if (body.indexOf("some") < body.length - 1 && body.includes("some"))
    return "has a wildcard in its middle that stands for something, and a rule's may stand for nothing";
  const tail = body.at(-1);
  const isWild = tail === "any" || tail === "some";
  const text = (isWild ? body.slice(0, -1) : body).map(written).join("");
  // Whatever matches nothing at all matches everything.
  const full = text === "" && (!isEnded || isWild) ? "/" : text;
  if (!full.startsWith("/")) return "does not begin with a slash";
  const path = full.replace(/\/$/, "");
  if (/[^/]\*|\*[^/]/.test(path)) return "has a wildcard for a part of a segment";
  const fault = path === "" ? undefined : pathPatternFault(path);
  if (fault !== undefined || full.includes("//")) return "names a path that a rule cannot";
  const reach = reaches.get(path) ?? { exact: path === "", slash: false, beneath: false };
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
  if (isOpen) reach.beneath = true;
}

function pathsOf(path: string, { exact, slash, beneath }: Reach) {
  const isBoth = exact && slash;
  const own = path === "" ? "/" : path;
  if (isBoth && beneath) return { paths: [`${path}/**`], nearest: [] };
  return {
    paths: [...(isBoth ? [own] : []), ...(beneath ? [`${path}/*/**`] : [])],
    nearest: isBoth || (!exact && (!slash || beneath)) ? [] : [own],
  };
}

/** A wildcard in the middle may match several segments, and is taken for one. */
function written(piece: Piece): string {
  if (typeof piece === "object") return piece.letter;
  return "*";
}

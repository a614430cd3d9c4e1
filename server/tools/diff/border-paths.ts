import type { PathPattern } from "../../policy/path-pattern.ts";
import { unusedName } from "./unused-name.ts";

/** Paths at which patterns may differ, the plainest first. */
interface BorderPaths {
  readonly paths: readonly string[];
  /** Stands for any segment. */
  readonly any: string;
  /** Of these, the paths whose further segments change nothing. */
  readonly open: ReadonlySet<string>;
  /** What was not tried, because there were too many. */
  readonly omitted: string | undefined;
}

const mostPlain = 2_000;
const mostPaired = 40;

/**
 * A path for each set of patterns that a path can match together, and paths that servers read in several ways. `written`
 * are further paths.
 */
export function borderPaths(
  patterns: readonly PathPattern[],
  written: readonly string[],
): BorderPaths {
  const any = unusedName("any-path", new Set(patterns.flat()));
  const { found, open, isComplete } = plainPaths(patterns, any);
  const plain = [...new Set([...found.map(spell), ...written])];
  const paired = plain.slice(0, mostPaired);
  const omitted = isComplete
    ? plain.length > mostPaired
      ? "combinations of all paths in one that servers read in several ways"
      : undefined
    : "all combinations of paths";
  const spelled = plain.flatMap(spellings);
  const pairs = paired.flatMap((one) => paired.flatMap((other) => readAsBoth(one, other)));
  return {
    paths: [...new Set([...plain, ...spelled, ...pairs, tooLong])],
    any,
    open: new Set(open.map(spell)),
    omitted,
  };
}

/** Longer than a path that is read at all. */
const tooLong = `/${"a".repeat(8 * 1024)}`;

/**
 * Follows all patterns at once, segment by segment. Two paths after which every pattern stands at the same place match
 * the same patterns, whatever follows, so that one of them is enough.
 */
function plainPaths(patterns: readonly PathPattern[], any: string) {
  const start = patterns.map(() => 0);
  const seen = new Set([start.join()]);
  const found: (readonly string[])[] = [[]];
  const open: (readonly string[])[] = [];
  const places = [start];
  for (let index = 0; index < found.length && index < mostPlain; index++) {
    const path = found[index] ?? [];
    const place = places[index] ?? start;
    for (const segment of nextSegments(patterns, place, any)) {
      const next = place.map((at, number) => advance(patterns[number] ?? [], at, segment));
      const key = next.join();
      if (segment === any && key === place.join()) open.push(path);
      if (seen.has(key)) continue;
      seen.add(key);
      found.push([...path, segment]);
      places.push(next);
    }
  }
  return { found, open, isComplete: found.length <= mostPlain };
}

const noMatch = -1;

function nextSegments(
  patterns: readonly PathPattern[],
  place: readonly number[],
  any: string,
): ReadonlySet<string> {
  const named = patterns.flatMap((pattern, index) => pattern[place[index] ?? noMatch] ?? []);
  return new Set([...named.filter((segment) => segment !== "*" && segment !== "**"), any]);
}

/** The place in a pattern after a segment; at `**` it stays. */
function advance(pattern: PathPattern, at: number, segment: string): number {
  const expected = pattern[at];
  if (expected === "**") return at;
  return expected === "*" || expected === segment ? at + 1 : noMatch;
}

function spell(segments: readonly string[]): string {
  return `/${segments.map(encode).join("/")}`;
}

/** Only what a URL cannot contain is encoded, because servers may read another escape in several ways. */
function encode(segment: string): string {
  return segment.replace(/[^\x21-\x7e]|[#?%\\]/gu, (found) => encodeURIComponent(found));
}

/** The same path as servers also read otherwise: with an escape, a parameter, an empty or a dot segment. */
function spellings(path: string): string[] {
  const segments = path.split("/").slice(1);
  const each = (change: (segment: string) => string) =>
    segments.flatMap((segment, index) =>
      segment === "" ? [] : [`/${segments.with(index, change(segment)).join("/")}`],
    );
  return [
    path.endsWith("/") ? path.slice(0, -1) || "//" : `${path}/`,
    `/.${path}`,
    `/${path}`,
    `/x/..${path}`,
    `//x${path}`,
    `${path}/.`,
    `${path}/%2e%2e/x`,
    `${path}%2fx`,
    `${path}%25`,
    `${path}%00`,
    `${path}%3f`,
    ...each(escaped),
    ...each(twice),
    ...each((segment) => `${segment};x`),
    ...each((segment) => `${segment}%00x`),
    path.replace(/(?!^)\//g, "%2f"),
  ];
}

function escaped(segment: string): string {
  return segment.replace(/^[A-Za-z0-9]/, (first) => `%${first.charCodeAt(0).toString(16)}`);
}

function twice(segment: string): string {
  return escaped(segment).replace("%", "%25");
}

/** Paths that some servers read as the one and others as the other. */
function readAsBoth(one: string, other: string): string[] {
  if (one === other) return [];
  const depth = one.split("/").length - 1;
  const up = Array.from({ length: depth }, () => "..");
  return [
    `${one}/${up.join("/")}${other}`,
    `${one}/${up.join("%2f")}%2f${other.slice(1)}`,
    `${one}%00/${up.join("/")}${other}`,
    `${one};/${up.join("/")}${other}`,
  ];
}

import { FlatIndex } from "../memory/flat-index.ts";
import { parsePathPattern } from "./path-pattern.ts";
import type { PathReadings } from "./path-readings.ts";
import type { Rule } from "./rules.ts";

/** A rule for one host: its host condition has been evaluated. */
export interface PlacedRule extends Rule {
  /** Its index in the configuration. */
  readonly place: number;
  /** False = the host's port leaves open whether the rule matches. */
  readonly isCertain: boolean;
}

type List = readonly PlacedRule[];

/** The lists of all hosts of an index together, by the number of the host's rules and the segment. */
export class SegmentIndex {
  readonly lists = new FlatIndex<List>();
  numbers = 0;
}

/**
 * The rules of a host by the first segment of the paths that they name. A host shares the lists of a wider one (a
 * wildcard, or any host) wherever it has no rule of its own.
 */
export class PathRules {
  readonly #all: List;
  readonly #index: SegmentIndex;
  readonly #number: number;
  readonly #segments = new Set<string>();
  /** For a first segment that no rule names. */
  readonly #others: List;
  /** Has the lists of the segments that this host does not name. */
  readonly #shared: PathRules | undefined;

  constructor(index: SegmentIndex, own: List, wider?: PathRules) {
    this.#index = index;
    this.#number = index.numbers++;
    const forAnyPath = own.filter((rule) => firstSegmentsOf(rule).some(isWildcard));
    const literals = byLiteral(own);
    this.#all = mergeRules(own, wider === undefined ? [] : wider.#all);
    this.#others = untilCertain(mergeRules(forAnyPath, wider === undefined ? [] : wider.#others));
    this.#shared = forAnyPath.length === 0 ? wider : undefined;
    const isAlone = wider === undefined || this.#shared !== undefined;
    for (const segment of new Set([...literals.keys(), ...(isAlone ? [] : wider.#literals())])) {
      const ofHost = mergeRules(literals.get(segment) ?? [], forAnyPath);
      const ofWider = wider === undefined ? [] : wider.#startingWith(segment);
      const list = untilCertain(mergeRules(ofHost, ofWider));
      if (this.#shared !== undefined || !isEqual(list, this.#others)) this.#add(segment, list);
    }
  }

  /** The rules that may concern a path, in their order, up to the first one that surely matches. */
  concerning(path: PathReadings | undefined): List {
    // A path that servers read in several ways may concern any of the rules.
    if (path === undefined || path.isTreacherous || path.readings.length !== 1) return this.#all;
    return this.#startingWith(path.readings[0]?.[0] ?? "");
  }

  #startingWith(segment: string): List {
    const own = this.#index.lists.get(this.#number, segment);
    if (own !== undefined) return own;
    return this.#shared === undefined ? this.#others : this.#shared.#startingWith(segment);
  }

  #literals(): string[] {
    const shared = this.#shared === undefined ? [] : this.#shared.#literals();
    return [...this.#segments, ...shared];
  }

  #add(segment: string, list: List): void {
    this.#segments.add(segment);
    this.#index.lists.set(this.#number, segment, list);
  }
}

/** Two lists in the order of the configuration. Of a rule in both, the certain one counts. */
export function mergeRules(one: List, other: List): List {
  if (one.length === 0) return other;
  if (other.length === 0) return one;
  const merged: PlacedRule[] = [];
  let [index, otherIndex] = [0, 0];
  for (;;) {
    const rule = one[index];
    const otherRule = other[otherIndex];
    if (rule === undefined) return merged.concat(other.slice(otherIndex));
    if (otherRule === undefined) return merged.concat(one.slice(index));
    merged.push(isFirst(rule, otherRule) ? rule : otherRule);
    if (rule.place <= otherRule.place) index++;
    if (otherRule.place <= rule.place) otherIndex++;
  }
}

function isFirst(rule: PlacedRule, other: PlacedRule): boolean {
  return rule.place === other.place ? rule.isCertain : rule.place < other.place;
}

/** No rule after one without conditions is ever reached, except with a path that servers read in several ways. */
function untilCertain(rules: List): List {
  const index = rules.findIndex(({ conditions }) => conditions.length === 0);
  return index === -1 || index === rules.length - 1 ? rules : rules.slice(0, index + 1);
}

function byLiteral(rules: List): ReadonlyMap<string, List> {
  const found = new Map<string, PlacedRule[]>();
  for (const rule of rules) {
    const segments = firstSegmentsOf(rule);
    if (segments.some(isWildcard)) continue;
    for (const segment of new Set(segments)) {
      const list = found.get(segment);
      if (list === undefined) found.set(segment, [rule]);
      else list.push(rule);
    }
  }
  return found;
}

function firstSegmentsOf({ config }: Rule): string[] {
  const paths = config.path ?? config.exactPath;
  return paths?.map((written) => parsePathPattern(written)[0] ?? "") ?? ["**"];
}

function isWildcard(segment: string): boolean {
  return segment === "*" || segment === "**";
}

function isEqual(one: List, other: List): boolean {
  return one.length === other.length && one.every((rule, index) => rule === other[index]);
}

import { forwardedRequest, isMalformed } from "../../forwarded/forwarded-request.ts";
import { parsePathPattern } from "../../policy/path-pattern.ts";
import { readPath, type PathReadings } from "../../policy/path-readings.ts";
import type { Asked } from "../policy/policy.ts";
import type { HostClass } from "./host-classes.ts";
import { borderPaths } from "./border-paths.ts";
import { borderAddresses, borderMethods, borderQueries, maskedQuery } from "./border-requests.ts";
import { narrow, proxiesKey, remainingKey, type Level } from "./narrow.ts";
import { bothOf, rulesOf, siteKey, type Side, type Sides } from "./sides.ts";

/** A request about which the configurations may decide differently. */
export interface BorderRequest {
  readonly asked: Asked;
  /** What follows the host, with `*` for a made-up segment. */
  readonly label: string;
  readonly sides: Sides<Side>;
  /** The method, if the rules that may decide depend on it. */
  readonly method: string | undefined;
  /** Every server reads it in the same way. */
  readonly isPlain: boolean;
  /** Requests with the same key are decided alike, whatever the visitor. */
  readonly key: string;
}

/** Reading a path in every way takes longest, and most hosts have the same paths. */
export type ReadingCache = Map<string, PathReadings>;

interface Found {
  readonly requests: readonly BorderRequest[];
  readonly omitted: readonly string[];
}

interface Draft {
  readonly path: string;
  readonly query: string;
  readonly method: string;
  readonly methodLabel: string;
  readonly address: string | undefined;
  readonly isPreflight: boolean;
}

interface Step<Value> {
  readonly draft: Draft;
  readonly asked: Asked & { readonly path: PathReadings };
  readonly sides: Sides<Side>;
  /** The rules that may decide, as text. */
  readonly key: string;
  /** The values that lead to the same rules. */
  readonly values: Value[];
}

/**
 * Every request to hosts of a class whose deciding rules differ, one for each set of rules. Queries and addresses are
 * those of the rules that are left for a path and method, because all of them at each path would take minutes.
 */
export function explore(hosts: HostClass, readings: ReadingCache): Found {
  const { paths, methods } = bordersOf(hosts);
  const { any, open } = paths;
  const omitted = new Set<string>();
  const start = { draft: plainest, sides: hosts.sides };
  const byPath = choose(hosts, readings, start, "path", paths.paths, (path) => ({ path }));
  const requests = byPath.flatMap((step) => {
    const isAny = [step.draft.path, childOf(step.draft.path, any)].some(
      (path) => open.has(path) && step.values.includes(path),
    );
    const label = pathLabel(step.draft.path, any, isAny);
    const ofMethods = choose(hosts, readings, step, "methods", methods, (method) => method);
    return ofMethods
      .flatMap((one) => {
        const queries = borderQueries(rulesOf(one.sides));
        if (queries.omitted !== undefined) omitted.add(queries.omitted);
        return choose(hosts, readings, one, "query", queries.values, (query) => ({ query }));
      })
      .flatMap((one) =>
        choose(hosts, readings, one, "ip", borderAddresses(one.sides), (address) => ({ address })),
      )
      .map(({ draft, asked, sides, key }) => ({
        asked,
        label: label + labelOf(draft),
        sides,
        method: ofMethods.length > 1 || draft.isPreflight ? draft.methodLabel : undefined,
        isPlain: isPlain(asked) && !hosts.endpoints.includes(draft.path),
        key: JSON.stringify([key, bothOf(sides, siteKey)]),
      }));
  });
  return { requests, omitted: [paths.omitted ?? [], ...omitted].flat() };
}

const plainest: Draft = {
  path: "/",
  query: "",
  method: "GET",
  methodLabel: "GET",
  address: undefined,
  isPreflight: false,
};

/** The paths and methods at which the rules for these hosts may differ. */
function bordersOf({ sides, endpoints }: HostClass) {
  const rules = rulesOf(sides);
  const patterns = rules.flatMap(({ path, exactPath }) => [...(path ?? []), ...(exactPath ?? [])]);
  const written = [...rules.flatMap(({ exactPath }) => exactPath ?? []), ...endpoints];
  return {
    paths: borderPaths(patterns.map(parsePathPattern), written),
    methods: borderMethods(rules),
  };
}

/** The values of one part that lead to different rules; without those that leave both configurations alike. */
function choose<Value>(
  hosts: HostClass,
  readings: ReadingCache,
  { draft, sides }: Pick<Step<unknown>, "draft" | "sides">,
  level: Level,
  values: readonly Value[],
  change: (value: Value) => Partial<Draft>,
): Step<Value>[] {
  const found = new Map<string, Step<Value>>();
  for (const value of values) {
    const next: Draft = { ...draft, ...change(value) };
    const asked = askedFor(hosts, readings, next);
    if (asked === undefined) continue;
    const narrowed = bothOf(sides, (side) =>
      narrow(side, side.policy.factsOf(asked, undefined), level),
    );
    const faults = faultsAt(hosts, next.path);
    if (faults.old === faults.new && isSame(narrowed, level)) continue;
    const key = JSON.stringify([
      keyOf(narrowed),
      faults,
      asked.isPreflight,
      asked.path.isTreacherous,
    ]);
    const known = found.get(key);
    if (known === undefined)
      found.set(key, { draft: next, asked, sides: narrowed, key, values: [value] });
    else known.values.push(value);
  }
  return [...found.values()];
}

function askedFor({ request }: HostClass, readings: ReadingCache, draft: Draft) {
  const { path, query, method, address, isPreflight } = draft;
  const uri = query === "" ? path : `${path}?${query}`;
  const asked = forwardedRequest(method, request.scheme, request.host, uri);
  if (isMalformed(asked)) return undefined;
  const known = readings.get(path) ?? readPath(path);
  readings.set(path, known);
  return { request: asked, address, isPreflight, path: known };
}

/** Both configurations have the same site and rules left, so whatever follows, they decide alike. */
export function isSame({ old, new: later }: Sides<Side>, level: Level | "host"): boolean {
  return (
    old.candidates.length === later.candidates.length &&
    old.candidates.every((one, index) => {
      const other = later.candidates[index];
      return other !== undefined && remainingKey(one, level) === remainingKey(other, level);
    }) &&
    siteKey(old) === siteKey(later) &&
    proxiesKey(old, level) === proxiesKey(later, level)
  );
}

/** Requests with the same key are decided by the same rules in both configurations. */
function keyOf(sides: Sides<Side>) {
  return bothOf(sides, (side) =>
    side.candidates.map(({ rule, isMaybe }) => `${rule.name}${isMaybe ? "?" : ""}`).join(),
  );
}

/** Why no sign-in leads to a URL: it depends on the host, and on whether the path is an endpoint. */
function faultsAt({ sides, request, endpoints }: HostClass, path: string) {
  const uri = endpoints.includes(path) ? path : "/";
  return bothOf(sides, ({ policy, site }) => site && policy.returnFault(site, { ...request, uri }));
}

function childOf(path: string, segment: string): string {
  return `${path === "/" ? "" : path}/${segment}`;
}

/** With `*` for a made-up segment, and `/**` if further segments change nothing. */
function pathLabel(path: string, any: string, isAny: boolean): string {
  const shown = path.length > 200 ? "/… (longer than 8 KiB)" : path.replaceAll(any, "*");
  return isAny ? childOf(shown, "**") : shown;
}

function labelOf({ query, address }: Draft): string {
  const from = address === undefined ? "" : ` from ${address.replace(", ", " through ")}`;
  return `${query === "" ? "" : `?${maskedQuery(query)}`}${from}`;
}

function isPlain({ request, path }: Step<unknown>["asked"]): boolean {
  return path.readings.length === 1 && !path.isTreacherous && !/[a-z]/.test(request.method);
}

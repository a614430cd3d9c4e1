import { hostnameEnd, type ForwardedRequest } from "../forwarded/forwarded-request.ts";
import { FlatIndex } from "../memory/flat-index.ts";
import { DomainMap } from "../values/domain-map.ts";
import type { Condition } from "./conditions.ts";
import { isSamePort, parseHostPattern } from "./host-pattern.ts";
import { mergeRules, PathRules, SegmentIndex, type PlacedRule } from "./path-rules.ts";
import type { PathReadings } from "./path-readings.ts";
import type { Rule } from "./rules.ts";

/**
 * The rules that may concern a host, in their order; with a path, those that may concern that too. Both are
 * looked up, not searched. Of these rules the host condition has been evaluated already.
 */
export type RulesOfHost = (request: ForwardedRequest, path?: PathReadings) => readonly Rule[];

type Scheme = ForwardedRequest["scheme"];
type ByScheme<Value> = Readonly<Record<Scheme, Value>>;

/** The hosts of one pattern: their rules on the ports that a rule names or that are the default, and on any other. */
interface HostGroup {
  readonly ports: ReadonlySet<string>;
  onPort(scheme: Scheme, port: string): PathRules;
  readonly onOtherPort: PathRules;
}

/** A host that a rule names. The list for a port that no rule names is merged on request: only a visitor adds such a port. */
interface NamedHost {
  readonly mayMatch: PathRules;
  readonly wider: HostGroup;
}

/**
 * The index is complete before the first request, and a request adds nothing to it: all hosts that no rule names
 * share the lists of the wildcard above them, or those of any host.
 */
export function indexByHost(rules: readonly Rule[]): RulesOfHost {
  const { forAnyHost, byPattern } = placedRules(rules);
  const index = new SegmentIndex();
  const anyHost = new PathRules(index, forAnyHost);
  const others: HostGroup = { ports: new Set(), onPort: () => anyHost, onOtherPort: anyHost };
  const wildcards = groupWildcards(index, byPattern, others);
  const exact = new FlatIndex<PathRules>();
  const named = new Map<string, NamedHost>();
  for (const [name, own] of byPattern) {
    if (name.startsWith("*.")) continue;
    const wider = wildcards.findAbove(name) ?? others;
    const lists = listsByPort(index, own, wider, portsOf(own, wider));
    for (const scheme of schemes)
      for (const [port, list] of lists[scheme])
        exact.set(schemeNumber(scheme), port === "" ? name : `${name}:${port}`, list);
    named.set(name, {
      mayMatch: new PathRules(
        index,
        own.map(({ maybe }) => maybe),
      ),
      wider,
    });
  }

  return (request, path) => {
    const { scheme, host } = request;
    const found = exact.get(schemeNumber(scheme), host);
    if (found !== undefined) return found.concerning(path);
    const end = hostnameEnd(host);
    const known = end === host.length ? undefined : named.get(host.slice(0, end));
    if (known !== undefined) {
      const { mayMatch, wider } = known;
      return mergeRules(mayMatch.concerning(path), wider.onOtherPort.concerning(path));
    }
    const group = wildcards.findAbove(host, end) ?? others;
    return group.onPort(scheme, host.slice(end + 1)).concerning(path);
  };
}

const schemes = ["http", "https"] as const;

function schemeNumber(scheme: Scheme): number {
  return scheme === "https" ? 1 : 0;
}

/** A rule for the hosts of one pattern's name, with the ports of that name. */
interface HostRule {
  readonly certain: PlacedRule;
  readonly maybe: PlacedRule;
  readonly ports: Set<string>;
}

const onAnotherPort: Condition = { name: "host", needs: "request", match: () => "maybe" };

/** The rules without a host, and the others by the name of each pattern. */
function placedRules(rules: readonly Rule[]) {
  const forAnyHost: PlacedRule[] = [];
  const byPattern = new Map<string, HostRule[]>();
  for (const [place, rule] of rules.entries()) {
    const { otherConditions } = rule;
    const certain = { ...rule, conditions: otherConditions, place, isCertain: true };
    if (rule.config.host === undefined) forAnyHost.push(certain);
    const conditions = [...otherConditions, onAnotherPort];
    const maybe = { ...rule, conditions, place, isCertain: false };
    for (const pattern of rule.config.host ?? []) {
      const { name, port } = parseHostPattern(pattern);
      const own = byPattern.get(name) ?? [];
      const last = own.at(-1);
      if (last?.certain === certain) last.ports.add(port);
      else own.push({ certain, maybe, ports: new Set([port]) });
      byPattern.set(name, own);
    }
  }
  return { forAnyHost, byPattern };
}

/** The groups of all wildcards. A wider wildcard comes first, because the narrower ones share its lists. */
function groupWildcards(
  index: SegmentIndex,
  byPattern: ReadonlyMap<string, readonly HostRule[]>,
  others: HostGroup,
): DomainMap<HostGroup> {
  const groups = new DomainMap<HostGroup>();
  const names = [...byPattern.keys()].filter((name) => name.startsWith("*."));
  for (const name of names.toSorted((one, other) => one.length - other.length)) {
    const domain = name.slice(2);
    const wider = groups.findAbove(domain) ?? others;
    groups.add(domain, groupOf(index, byPattern.get(name) ?? [], wider));
  }
  return groups;
}

function groupOf(index: SegmentIndex, own: readonly HostRule[], wider: HostGroup): HostGroup {
  const ports = portsOf(own, wider);
  const lists = listsByPort(index, own, wider, ports);
  const mayMatch = own.map(({ maybe }) => maybe);
  const onOtherPort = new PathRules(index, mayMatch, wider.onOtherPort);
  const onPort = (scheme: Scheme, port: string) => lists[scheme].get(port) ?? onOtherPort;
  return { ports, onPort, onOtherPort };
}

/** The ports on which the rules differ: those that a pattern names, and the default port. */
function portsOf(own: readonly HostRule[], wider: HostGroup): ReadonlySet<string> {
  return own.reduce((all, { ports }) => all.union(ports), wider.ports).union(defaultPort);
}

function listsByPort(
  index: SegmentIndex,
  own: readonly HostRule[],
  wider: HostGroup,
  ports: ReadonlySet<string>,
): ByScheme<ReadonlyMap<string, PathRules>> {
  const rulesOn = (scheme: Scheme, port: string) => {
    const rules = own.map(({ certain, maybe, ports: named }) =>
      [...named].some((one) => isSamePort(one, port, scheme)) ? certain : maybe,
    );
    return new PathRules(index, rules, wider.onPort(scheme, port));
  };
  const listsOf = (scheme: Scheme) =>
    new Map([...ports].map((port) => [port, rulesOn(scheme, port)]));
  const https = listsOf("https");
  // Without a rule for port 80 or 443 the schemes do not differ.
  return { https, http: ports.has("80") || ports.has("443") ? listsOf("http") : https };
}

const defaultPort: ReadonlySet<string> = new Set([""]);

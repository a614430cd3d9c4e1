import { rulesAccepting } from "../../credentials/authenticate-credentials.ts";
import { acceptedBy, rulingOn, type Asked, type Policy, type Ruling } from "../policy/policy.ts";
import type { SignedIn } from "../policy/visitor.ts";
import { explore, isSame, type BorderRequest, type ReadingCache } from "./explore.ts";
import { hostClasses, type HostClass } from "./host-classes.ts";
import { identityOf } from "./made-up-identity.ts";
import { bothOf, type Side, type Sides } from "./sides.ts";
import {
  borderVisitors,
  isOffered,
  sideFor,
  visitorKinds,
  type BorderVisitor,
  type VisitorKind,
} from "./visitors.ts";

/** A visitor and a request that the configurations decide differently. */
export interface Difference {
  readonly hosts: readonly string[];
  readonly request: BorderRequest;
  readonly visitor: BorderVisitor;
  /** The providers of visitors who fare alike; empty = all. */
  readonly providers: readonly string[];
  readonly rulings: Sides<Ruling>;
}

interface Compared {
  readonly differences: readonly Difference[];
  /** What was not tried, because there was too much of it. */
  readonly omitted: readonly string[];
}

/** Every decision in which two configurations differ: one for each combination of borders of their rules. */
export function findDifferences(policies: Sides<Policy>, now: number): Compared {
  const differences: Difference[] = [];
  const omitted = new Set<string>();
  const readings: ReadingCache = new Map();
  const decided = new Set<string>();
  for (const hosts of hostClasses(policies)) {
    const found = explore(hosts, readings);
    for (const what of found.omitted) omitted.add(`${hosts.labels[0]}: ${what}`);
    const onIncomplete = () => void omitted.add(`${hosts.labels[0]}: combinations of lists`);
    for (const request of found.requests) {
      // One unusual spelling is enough: most hosts have the same ones.
      if (!request.isPlain && decided.has(request.key)) continue;
      decided.add(request.key);
      for (const one of differencesAt(hosts, request, now, onIncomplete)) differences.push(one);
    }
  }
  return { differences, omitted: [...omitted] };
}

function differencesAt(
  { labels }: HostClass,
  request: BorderRequest,
  now: number,
  onIncomplete: () => void,
): Difference[] {
  const { asked } = request;
  const kinds = kindsAt(request);
  return kinds.flatMap(({ kind, sides, providers }) => {
    const { visitors, isComplete } = borderVisitors(sides, kind);
    if (!isComplete) onIncomplete();
    return visitors.flatMap((visitor) => {
      const rulings = bothOf(sides, (side) => rulingFor(side, asked, visitor, now));
      if (isEqual(rulings)) return [];
      return [{ hosts: labels, request, visitor, providers, rulings }];
    });
  });
}

/** Kinds of visitors about whom other rules decide in one configuration than in the other. */
function kindsAt({ asked, sides }: BorderRequest) {
  const all = visitorKinds(sides);
  const faults = bothOf(
    sides,
    ({ policy, site }) => site && policy.returnFault(site, asked.request),
  );
  const hasSameFault = faults.old === faults.new;
  const found = new Map<
    string,
    { readonly kind: VisitorKind; readonly sides: Sides<Side>; readonly providers: string[] }
  >();
  for (const kind of all) {
    const narrowed = bothOf(sides, (side) => sideFor(side, asked, kind));
    const { old, new: later } = bothOf(narrowed, (side) => isOffered(side, kind));
    if (old === later && hasSameFault && isSame(narrowed, "provider")) continue;
    const names = bothOf(narrowed, ({ candidates }) =>
      candidates.map(({ rule, isMaybe }) => `${rule.name}${isMaybe ? "?" : ""}`),
    );
    const isSignedIn = kind.provider !== undefined;
    const key = JSON.stringify([isSignedIn, kind.means, old, later, names]);
    const known = found.get(key);
    if (known === undefined)
      found.set(key, { kind, sides: narrowed, providers: [kind.provider ?? []].flat() });
    else known.providers.push(kind.provider ?? "");
  }
  return [...found.values()].map(({ kind, sides: narrowed, providers }) => {
    const rivals = all.filter(
      ({ means, provider }) => means === kind.means && provider !== undefined,
    );
    const isOfAll = providers.length === rivals.length;
    return { kind, sides: narrowed, providers: isOfAll ? [] : providers };
  });
}

/** Of a token, also what it must contain. */
interface VisitorRuling extends Ruling {
  readonly demands?: string;
}

/** The decision of one configuration, by the functions that `/verify` calls. */
function rulingFor(
  side: Pick<Side, "policy" | "site">,
  asked: Asked,
  visitor: BorderVisitor,
  now: number,
): VisitorRuling {
  const { policy } = side;
  const none: SignedIn = { identity: undefined };
  if (visitor.provider === undefined) return rulingOn(policy, asked, none, now);
  if (!isOffered({ ...side, candidates: [] }, visitor)) {
    const absence = `this site does not offer ${visitor.provider}`;
    return rulingOn(policy, asked, { identity: undefined, absence }, now);
  }
  const person = { identity: identityOf(visitor, now) };
  if (visitor.means !== "token")
    return rulingOn(policy, asked, acceptedBy(policy, asked, person), now);
  const demands = demandsOn(side, asked, visitor.provider);
  const ruling = rulingOn(policy, asked, demands === undefined ? none : person, now);
  return demands === undefined ? ruling : { ...ruling, demands };
}

/** What the deciding rules demand of a token, as text; undefined = one of them accepts no token of this issuer. */
function demandsOn(
  { policy, site }: Pick<Side, "policy" | "site">,
  asked: Asked,
  provider: string,
) {
  const facts = policy.factsOf(asked, provider);
  const { rules } = policy;
  const deciding = rulesAccepting("bearer", { rules, facts }, provider);
  const isSitesOwn = (site?.providers ?? Object.keys(policy.config.providers)).includes(provider);
  const isAccepted = deciding.every(
    ({ config: { bearer } }) =>
      isSitesOwn || bearer?.issuers.some(({ issuer }) => issuer === provider) === true,
  );
  if (deciding.length === 0 || !isAccepted) return undefined;
  return JSON.stringify(deciding.map(({ config: { bearer } }) => bearer));
}

function isEqual({ old, new: later }: Sides<VisitorRuling>): boolean {
  if (old.verdict !== later.verdict) return false;
  return (
    old.verdict !== "allow" ||
    old.demands === undefined ||
    later.demands === undefined ||
    old.demands === later.demands
  );
}

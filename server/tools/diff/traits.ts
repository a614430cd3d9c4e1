import type { Access, RuleAccess } from "../../policy/access-schema.ts";

/** What lists compare of a person, as little of it as one entry needs. */
export interface Traits {
  readonly email?: Mail;
  readonly subject?: string;
  readonly groups?: readonly string[];
  readonly claims?: readonly (readonly [path: string, value: unknown])[];
}

/** One address; any at a domain, at a domain under another one, or at a domain that no list names. */
export interface Mail {
  readonly kind: "address" | "domain" | "under" | "any";
  readonly value: string;
}

const most = 2_000;

/** Every way to match a list with as little as possible; `isComplete` is false if there are too many. */
export interface Ways {
  readonly ways: readonly Traits[];
  readonly isComplete: boolean;
}

/**
 * The least that people need to be in a list. Nothing that a person has in addition removes them from one, so that two
 * lists which admit the same of these people admit the same people.
 */
export function waysInto(list: Access | RuleAccess | undefined): Ways {
  if (list === undefined) return { ways: [], isComplete: true };
  const all = list.all === undefined ? undefined : product(list.all.map((one) => waysInto(one)));
  const claims = "claims" in list ? claimWays(list.claims ?? {}) : undefined;
  const single: Traits[] = [
    ...("anyone" in list && list.anyone === true ? [{}] : []),
    ...(list.verified === true ? [{ email: { kind: "any", value: "" } } as const] : []),
    ...(list.subjects ?? []).map((subject) => ({ subject })),
    ...(list.emails ?? []).map((value) => ({ email: { kind: "address", value } as const })),
    ...(list.domains ?? []).map((domain) => ({ email: domainMail(domain) })),
    ...(list.groups ?? []).map((group) => ({ groups: [group] })),
  ];
  return {
    ways: [...single, ...(claims?.ways ?? []), ...(all?.ways ?? [])],
    isComplete: (claims?.isComplete ?? true) && (all?.isComplete ?? true),
  };
}

function domainMail(domain: string): Mail {
  return domain.startsWith("*.")
    ? { kind: "under", value: domain.slice(2) }
    : { kind: "domain", value: domain };
}

/** No claims match no identity. */
function claimWays(claims: Readonly<Record<string, unknown>>): Ways {
  const entries = Object.entries(claims).map(([path, values]) => ({
    ways: [values].flat().map((value): Traits => ({ claims: [[path, value]] })),
    isComplete: true,
  }));
  return entries.length === 0 ? { ways: [], isComplete: true } : product(entries);
}

/** The people who match every one of several lists. */
export function product(lists: readonly Ways[]): Ways {
  let ways: readonly Traits[] = [{}];
  let isComplete = lists.every((one) => one.isComplete);
  for (const one of lists) {
    const merged = new Map<string, Traits>();
    for (const before of ways)
      for (const way of one.ways) {
        const both = merge(before, way);
        if (both !== undefined) merged.set(JSON.stringify(both), both);
      }
    isComplete &&= merged.size <= most;
    ways = [...merged.values()].slice(0, most);
  }
  return { ways, isComplete };
}

/** undefined = no person can have both. */
function merge(one: Traits, other: Traits): Traits | undefined {
  const email = mergeMail(one.email, other.email);
  const hasTwoSubjects =
    one.subject !== undefined && other.subject !== undefined && one.subject !== other.subject;
  if (email === "none" || hasTwoSubjects) return undefined;
  const subject = one.subject ?? other.subject;
  const groups = [...new Set([...(one.groups ?? []), ...(other.groups ?? [])])].toSorted();
  const claims = new Map(
    [...(one.claims ?? []), ...(other.claims ?? [])].map((claim) => [JSON.stringify(claim), claim]),
  );
  return {
    ...(email !== undefined && { email }),
    ...(subject !== undefined && { subject }),
    ...(groups.length > 0 && { groups }),
    ...(claims.size > 0 && { claims: [...claims.values()] }),
  };
}

function mergeMail(one: Mail | undefined, other: Mail | undefined): Mail | undefined | "none" {
  if (one === undefined || other === undefined) return one ?? other;
  if (isWithin(one, other)) return one;
  return isWithin(other, one) ? other : "none";
}

/** Whether each address of the first is one of the second. */
function isWithin(one: Mail, other: Mail): boolean {
  if (other.kind === "any") return true;
  if (one.kind === "any") return false;
  const domain = one.value.slice(one.value.indexOf("@") + 1);
  if (other.kind === "under")
    return (one.kind === "under" && domain === other.value) || domain.endsWith(`.${other.value}`);
  if (other.kind === "domain") return one.kind !== "under" && domain === other.value;
  return one.kind === "address" && one.value === other.value;
}

/** Whether the first needs only a part of what the second needs. */
export function isLessThan(one: Person, other: Person): boolean {
  if (one === other || one.provider !== other.provider || one.means !== other.means) return false;
  const [less, more] = [one.traits, other.traits];
  return (
    (one.ageMs === undefined || one.ageMs === other.ageMs) &&
    (one.acr === undefined || one.acr === other.acr) &&
    (less.subject === undefined || less.subject === more.subject) &&
    (less.email === undefined || (more.email !== undefined && isWithin(more.email, less.email))) &&
    (less.groups ?? []).every((group) => more.groups?.includes(group) === true) &&
    isSubset(less.claims ?? [], more.claims ?? []) &&
    JSON.stringify(one) !== JSON.stringify(other)
  );
}

interface Person {
  readonly traits: Traits;
  readonly provider: string | undefined;
  readonly means: string;
  readonly ageMs: number | undefined;
  readonly acr: string | undefined;
}

function isSubset(some: readonly unknown[], all: readonly unknown[]): boolean {
  const texts = new Set(all.map((one) => JSON.stringify(one)));
  return some.every((one) => texts.has(JSON.stringify(one)));
}

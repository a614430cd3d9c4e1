import type { Access, RuleAccess } from "../policy/access-schema.ts";

/** More than this many entries of a list are counted. */
const mostNamed = 5;

/** Whom a list admits, in words. Addresses and subjects are personal, so they are counted. */
export function accessWords(access: Access | RuleAccess | undefined): string {
  const ways = access === undefined ? [] : waysIn(access);
  return ways.length === 0 ? "no one" : ways.join(", or ");
}

function waysIn(access: Access | RuleAccess): string[] {
  const { domains, emails, groups, subjects, verified, all } = access;
  const claims = "claims" in access ? Object.keys(access.claims ?? {}) : [];
  return [
    "anyone" in access && access.anyone === true ? "everyone who can sign in" : [],
    verified === true ? "everyone with a verified address" : [],
    someOf(domains, (names) => `addresses at ${several(names)}`),
    someOf(
      groups,
      (names) => `${names.length === 1 ? "the group" : "the groups"} ${several(names)}`,
    ),
    someOf(emails, ({ length }) => count(length, "listed address", "listed addresses")),
    someOf(subjects, ({ length }) => count(length, "listed subject", "listed subjects")),
    someOf(claims, (names) => `the listed values of the claims ${several(names)}`),
    someOf(
      all?.map(accessWords),
      (parts) => `everyone who meets each of (${several(parts, "; ")})`,
    ),
  ].flat();
}

function someOf(
  list: readonly string[] | undefined,
  words: (list: readonly string[]) => string,
): string | [] {
  return list === undefined || list.length === 0 ? [] : words(list);
}

/** Whether it admits everyone whom a provider signs in, who may be anyone at all. */
export function isOpen(access: Access | RuleAccess | undefined): boolean {
  if (access === undefined) return false;
  const { verified, all = [] } = access;
  const isForAnyone = "anyone" in access && access.anyone === true;
  return isForAnyone || verified === true || (all.length > 0 && all.every(isOpen));
}

/** The first few, and whatever else is open: a way in must not hide behind a count. */
export function named<Entry>(
  entries: readonly Entry[],
  isWayIn: (entry: Entry) => boolean,
): readonly Entry[] {
  return entries.filter((entry, index) => index < mostNamed || isWayIn(entry));
}

/** `a, b and 3 more`. */
export function several(names: readonly string[], between = ", "): string {
  return listed(names.slice(0, mostNamed), names.length, between);
}

/** The same with the names that are to be shown, of so many. */
export function listed(names: readonly string[], of = names.length, between = ", "): string {
  const more = of - names.length;
  return names.join(between) + (more > 0 ? ` and ${more} more` : "");
}

export function count(number: number, one: string, many: string): string {
  return number === 1 ? `one ${one}` : `${number} ${many}`;
}

const units: readonly (readonly [ms: number, name: string])[] = [
  [86_400_000, "day"],
  [3_600_000, "hour"],
  [60_000, "minute"],
  [1_000, "second"],
];

/** `7 days`, `90 minutes`: in the largest unit that gives a whole number. */
export function durationWords(ms: number): string {
  const [size, name] = units.find(([unit]) => ms % unit === 0) ?? [1_000, "second"];
  return ms === size ? `1 ${name}` : `${ms / size} ${name}s`;
}

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

/** `a, b and 3 more`. */
export function several(names: readonly string[], between = ", "): string {
  const more = names.length - mostNamed;
  const named = names.slice(0, mostNamed).join(between);
  return more > 0 ? `${named} and ${more} more` : named;
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

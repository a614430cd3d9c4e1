import type { Difference } from "./differences.ts";
import { isUsualHost, markOf, requestWords, visitorWords } from "./difference-words.ts";
import { isLessThan } from "./traits.ts";
import type { BorderVisitor } from "./visitors.ts";

/** Differences that one sentence describes: the same people at several addresses, with the same change. */
export interface DifferenceGroup {
  readonly example: Difference;
  readonly visitors: readonly string[];
  readonly people: readonly BorderVisitor[];
  readonly requests: readonly string[];
  /** The number of further requests that change in the same way: over http, on other ports, and in other spellings. */
  readonly others: number;
  readonly mark: ReturnType<typeof markOf>;
}

interface Part {
  readonly differences: readonly Difference[];
  readonly visitors: readonly string[];
}

/** The openings come first. */
export function groupDifferences(differences: readonly Difference[]): DifferenceGroup[] {
  const parts = [...Map.groupBy(differences, ({ request }) => request).values()].flatMap(partsOf);
  const byRules = Map.groupBy(parts, (part) => JSON.stringify([keyOf(part), rulesOf(part)]));
  const groups = [...byRules.values()].flatMap((alike) => groupOf(alike) ?? []);
  // An unusual request is shown only if no usual one shows the change.
  const usual = groups.filter(({ requests }) => requests.length > 0);
  const rest = groups.filter(({ requests }) => requests.length === 0);
  const shown = usual.map((group) => withOthers(group, rest));
  const unusual = rest.filter((one) => !isCovered(one, usual)).map(withExampleOnly);
  const all = [...shown, ...unusual];
  return order.flatMap((mark) => all.filter((one) => one.mark === mark));
}

const order = ["OPENED", "CLOSED", "OTHER"] as const;

function withOthers(group: DifferenceGroup, rest: readonly DifferenceGroup[]): DifferenceGroup {
  const alike = rest.filter((one) => isCovered(one, [group]));
  return { ...group, others: alike.reduce((sum, { others }) => sum + others, group.others) };
}

function withExampleOnly(group: DifferenceGroup): DifferenceGroup {
  const { example } = group;
  const requests = example.hosts.slice(0, 1).map((host) => requestWords(example, host));
  return { ...group, requests, others: group.others - requests.length };
}

/** The differences of one request, by the change, each with those visitors who need least for it. */
function partsOf(ofRequest: readonly Difference[]): Part[] {
  const byChange = Map.groupBy(ofRequest, ({ rulings: { old, new: later } }) =>
    JSON.stringify([old.verdict, old.rule, later.verdict, later.rule]),
  );
  return [...byChange.values()].map((same) => {
    const least = same.filter(
      ({ visitor }) => !same.some((other) => isLessThan(other.visitor, visitor)),
    );
    return { differences: least, visitors: [...new Set(least.map(visitorWords))] };
  });
}

function groupOf(alike: readonly Part[]): DifferenceGroup | undefined {
  const leading = alike.flatMap(({ differences }) => differences.slice(0, 1));
  const places = leading.flatMap((one) =>
    one.hosts.map((host) => ({
      words: requestWords(one, host),
      isUsual: one.request.isPlain && isUsualHost(host, one),
      one,
    })),
  );
  const usual = places.filter(({ isUsual }) => isUsual);
  const example = usual[0]?.one ?? leading[0];
  if (example === undefined) return undefined;
  // The widest come first: `*.example.com` covers more than a name under it.
  const requests = [...new Set(usual.map(({ words }) => words))].toSorted(
    (one, other) => one.length - other.length,
  );
  return {
    example,
    visitors: alike[0]?.visitors ?? [],
    people: (alike[0]?.differences ?? []).map(({ visitor }) => visitor),
    requests,
    others: places.length - usual.length,
    mark: markOf(example),
  };
}

/** Whether groups show a change in the same direction for people who need no more for it. */
function isCovered({ mark, people }: DifferenceGroup, by: readonly DifferenceGroup[]): boolean {
  const known = by.filter((group) => group.mark === mark).flatMap((group) => group.people);
  return people.every((one) =>
    known.some((other) => isLessThan(other, one) || JSON.stringify(other) === JSON.stringify(one)),
  );
}

function keyOf({ visitors }: Part): string {
  return JSON.stringify(visitors);
}

function rulesOf({ differences }: Part): unknown {
  const { old, new: later } = differences[0]?.rulings ?? {};
  return [old?.verdict, old?.rule, later?.verdict, later?.rule];
}

/**
 * Whether a span that began at `since` still lasts. Before its beginning it does not: a clock that is set back
 * must not make an hour of a second.
 */
export function isWithin(time: number, since: number, until: number): boolean {
  return since <= time && time < until;
}

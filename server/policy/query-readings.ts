/** `maybe`: some servers would read the request so, and others not. */
export type Match = "yes" | "no" | "maybe";

export function toMatch(isMet: boolean): Match {
  return isMet ? "yes" : "no";
}

/**
 * A query's parameters: as the specification reads them, and as lenient servers do, which cut at `;`,
 * know no case, and drop spaces, brackets and whatever follows a NUL.
 */
export interface QueryReadings {
  readonly exact: readonly Parameter[];
  readonly lenient: readonly Parameter[];
  /** Too long to be read for every rule, which is nobody's honest query. */
  readonly isTooLong: boolean;
}

type Parameter = readonly [name: string, value: string];

const longest = 8 * 1024;

export function readQuery(uri: string): QueryReadings {
  const mark = uri.indexOf("?");
  const query = mark === -1 ? "" : uri.slice(mark + 1);
  if (query.length > longest) return { exact: [], lenient: [], isTooLong: true };
  const exact = parse(query);
  const lenient = parse(query.replaceAll(";", "&")).map(
    ([name, value]) => [leniently(name), value] as const,
  );
  return { exact, lenient: [...lenient, ...exact.map(loosened)], isTooLong: false };
}

/** `URLSearchParams` would drop a question mark at the start, and no server does. */
function parse(query: string): Parameter[] {
  return query === "" ? [] : [...new URLSearchParams(`&${query}`)];
}

function loosened([name, value]: Parameter): Parameter {
  return [leniently(name), value];
}

function leniently(name: string): string {
  return cutAtNul(name).trim().replace(/^\?+/, "").replace(/\[.*$/s, "").toLowerCase();
}

function cutAtNul(text: string): string {
  return text.split("\0", 1)[0] ?? "";
}

/** `name`, or `name=value`. Where servers may disagree, about the name or which of two counts, it may be so. */
export function matchParameter(
  { exact, lenient, isTooLong }: QueryReadings,
  written: string,
): Match {
  if (isTooLong) return "maybe";
  const equals = written.indexOf("=");
  const name = equals === -1 ? written : written.slice(0, equals);
  const alike = lenient.filter(([other]) => other === leniently(name));
  if (equals === -1) {
    if (exact.some(([other]) => other === name)) return "yes";
    return alike.length > 0 ? "maybe" : "no";
  }
  const value = written.slice(equals + 1);
  const hits = alike.filter(([, other]) => cutAtNul(other).trim() === value);
  if (hits.length === 0) return "no";
  const isExact = exact.some(([other, said]) => other === name && said === value);
  return isExact && hits.length === alike.length ? "yes" : "maybe";
}

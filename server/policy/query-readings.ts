/** `maybe`: the request matches as some servers interpret it, and not as others do. */
export type Match = "yes" | "no" | "maybe";

export function toMatch(isMet: boolean): Match {
  return isMet ? "yes" : "no";
}

/**
 * A query's parameters: as the URL specification reads them, and as lenient servers do, which split at `;`, ignore
 * case, and drop spaces, brackets and everything after a NUL.
 */
export interface QueryReadings {
  readonly exact: readonly Parameter[];
  readonly lenient: readonly Parameter[];
  /** Too long to be parsed. No real app has such queries. */
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
    ([name, value]) => [lenientName(name), value] as const,
  );
  return { exact, lenient: [...lenient, ...exact.map(withLenientName)], isTooLong: false };
}

/** The `&` in front keeps a leading question mark, which `URLSearchParams` drops and servers do not. */
function parse(query: string): Parameter[] {
  return query === "" ? [] : [...new URLSearchParams(`&${query}`)];
}

function withLenientName([name, value]: Parameter): Parameter {
  return [lenientName(name), value];
}

function lenientName(name: string): string {
  return cutAtNul(name).trim().replace(/^\?+/, "").replace(/\[.*$/s, "").toLowerCase();
}

function cutAtNul(text: string): string {
  return text.split("\0", 1)[0] ?? "";
}

/** `name`, or `name=value`. Servers may disagree about the name, or about which of two values counts: then "maybe". */
export function matchParameter(
  { exact, lenient, isTooLong }: QueryReadings,
  written: string,
): Match {
  if (isTooLong) return "maybe";
  const equals = written.indexOf("=");
  const name = equals === -1 ? written : written.slice(0, equals);
  const alike = lenient.filter(([other]) => other === lenientName(name));
  if (equals === -1) {
    if (exact.some(([other]) => other === name)) return "yes";
    return alike.length > 0 ? "maybe" : "no";
  }
  const value = written.slice(equals + 1);
  const hits = alike.filter(([, other]) => cutAtNul(other).trim() === value);
  if (hits.length === 0) return "no";
  const isExact = exact.some(([other, found]) => other === name && found === value);
  return isExact && hits.length === alike.length ? "yes" : "maybe";
}

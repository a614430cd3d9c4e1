/** A matcher of a Traefik rule: `Host`, and its arguments. */
export interface Matcher {
  readonly name: string;
  readonly values: readonly string[];
}

/** Matchers that must all match. */
export type Conjunction = readonly Matcher[];

const mostConjunctions = 32;

/**
 * Parses a Traefik rule into conjunctions, of which one must match. Accepts the syntax of version 2
 * (`Host(...) && ...`) and of version 1 (`Host:a;PathPrefix:/b`). undefined = malformed, or contains a negation.
 */
export function parseTraefikRule(rule: string): readonly Conjunction[] | undefined {
  if (!rule.includes("(")) return parseOld(rule);
  const tokens =
    rule.match(/&&|\|\||[()!]|[A-Za-z]+\((?:\s*(?:`[^`]*`|"(?:[^"\\]|\\.)*")\s*,?)*\s*\)|\S/g) ??
    [];
  const reader = { tokens, at: 0 };
  const found = alternatives(reader);
  return reader.at === tokens.length ? found : undefined;
}

/** Version 1: all matchers, separated by semicolons, must match. */
function parseOld(rule: string): readonly Conjunction[] | undefined {
  const matchers = rule.split(";").map((part) => /^\s*([A-Za-z]+)\s*:\s*(.+?)\s*$/.exec(part));
  if (matchers.includes(null)) return undefined;
  return [
    matchers.map((match) => ({
      name: match?.[1] ?? "",
      values: (match?.[2] ?? "").split(",").map((value) => value.trim()),
    })),
  ];
}

interface Reader {
  readonly tokens: readonly string[];
  at: number;
}

function alternatives(reader: Reader): Conjunction[] | undefined {
  const all: Conjunction[] = [];
  do {
    const next = conjunction(reader);
    if (next === undefined) return undefined;
    all.push(...next);
  } while (take(reader, "||"));
  return all.length > mostConjunctions ? undefined : all;
}

function conjunction(reader: Reader): Conjunction[] | undefined {
  let all: Conjunction[] = [[]];
  do {
    const next = one(reader);
    if (next === undefined) return undefined;
    all = all.flatMap((before) => next.map((after) => before.concat(after)));
    if (all.length > mostConjunctions) return undefined;
  } while (take(reader, "&&"));
  return all;
}

function one(reader: Reader): Conjunction[] | undefined {
  if (take(reader, "(")) {
    const inside = alternatives(reader);
    return take(reader, ")") ? inside : undefined;
  }
  const [, name, inside] = /^([A-Za-z]+)\((.*)\)$/s.exec(reader.tokens[reader.at] ?? "") ?? [];
  if (name === undefined || inside === undefined) return undefined;
  reader.at++;
  const values = Array.from(
    inside.matchAll(/`([^`]*)`|"((?:[^"\\]|\\.)*)"/g),
    ([, tick, quote = ""]) => tick ?? quote,
  );
  return values.length === 0 ? undefined : [[{ name, values }]];
}

function take(reader: Reader, token: string): boolean {
  if (reader.tokens[reader.at] !== token) return false;
  reader.at++;
  return true;
}

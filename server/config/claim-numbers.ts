import type { AsWritten, FindAsWritten } from "./as-written.ts";
import type { Fault } from "./faults.ts";

/**
 * Numbers among the claims of rules whose text means something else: 0123 is read as 123, and a long number is rounded,
 * so that the rule would match another identity.
 */
export function claimNumberFaults(rules: unknown, find: FindAsWritten): Fault[] {
  return numbersIn(rules, ["rules"]).flatMap(([path, value]) => {
    if (!path.includes("claims")) return [];
    const message = faultOfNumber(value, find(path, value));
    return message === undefined ? [] : [{ path: path.join("."), message }];
  });
}

function faultOfNumber(value: number, found: AsWritten | undefined): string | undefined {
  if (found !== undefined && found.text !== String(value))
    return `${found.text} is read as the number ${value}: write that, or put it in quotes for text, "${found.text}" (line ${found.line})`;
  // A number in a variable, too, can be a rounded one.
  return Number.isInteger(value) && !Number.isSafeInteger(value)
    ? `${value} may be a rounded number: put it in quotes for text`
    : undefined;
}

function numbersIn(value: unknown, path: readonly string[]): [readonly string[], number][] {
  if (typeof value === "number") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, child]) => numbersIn(child, [...path, name]));
}

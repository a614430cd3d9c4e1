import { createAddressRanges, rangesOf, type Range } from "../../http/address-ranges.ts";
import type { RuleConfig } from "../../policy/rule-schema.ts";
import { lastOf, neighbours } from "./address-borders.ts";
import { bothOf, rulesOf, type Side, type Sides } from "./sides.ts";
import { unusedName } from "./unused-name.ts";

/** A method, and whether the request is a preflight. */
interface BorderMethod {
  readonly method: string;
  readonly methodLabel: string;
  readonly isPreflight: boolean;
}

/** Each method that rules name, as it is and in lower case, a preflight, and one that no rule names. */
export function borderMethods(rules: readonly RuleConfig[]): BorderMethod[] {
  const named = new Set(rules.flatMap(({ methods }) => methods ?? []));
  const other = unusedName("REPORT", named).replaceAll(/\d/g, "X");
  const hasPreflight = rules.some(({ preflight }) => preflight !== undefined);
  const methods = ["GET", ...named, other, ...[...named].map((name) => name.toLowerCase())];
  return [
    ...[...new Set(methods)].map((method) => ({
      method,
      methodLabel: method === other ? "(other methods)" : method,
      isPreflight: false,
    })),
    ...(hasPreflight ? [{ method: "OPTIONS", methodLabel: "(preflight)", isPreflight: true }] : []),
  ];
}

interface BorderQueries {
  readonly values: readonly string[];
  /** What was not tried, because there were too many. */
  readonly omitted: string | undefined;
}

const mostTogether = 4;
const tooLong = `x=${"a".repeat(8 * 1024)}`;
/** Stands for any value of a parameter. */
const anyValue = "any-value";

/** A query without the values that rules name, which can be secrets of shared links; `*` is any value. */
export function maskedQuery(query: string): string {
  if (query === tooLong) return "… (longer than 8 KiB)";
  return query.replace(/=([^&]*)/g, (_, value) => (value === anyValue ? "=*" : "=…"));
}

/** Queries without a parameter that rules name, with one of them in each way, and with several together. */
export function borderQueries(rules: readonly RuleConfig[]): BorderQueries {
  const parameters = new Map<string, Set<string>>();
  for (const written of rules.flatMap(({ query }) => query ?? [])) {
    const [name = "", ...value] = written.split("=");
    const values = parameters.get(name) ?? new Set([anyValue]);
    if (written.includes("=")) values.add(value.join("="));
    parameters.set(name, values);
  }
  const each = [...parameters].map(([name, values]) => {
    const all = [...values].map((value) => pair(name, value)).join("&");
    return [...values].flatMap((value) => spelledParameters(name, value)).concat(all);
  });
  if (each.length === 0) return { values: [""], omitted: undefined };
  const together = each
    .slice(0, mostTogether)
    .reduce<string[]>(
      (all, ways) => all.concat(all.flatMap((one) => ways.map((way) => join(one, way)))),
      [""],
    );
  return {
    values: [...new Set([...together, ...each.flat(), tooLong])],
    omitted:
      each.length > mostTogether
        ? `combinations of more than ${mostTogether} parameters`
        : undefined,
  };
}

/** As rules name it, and as only lenient servers read it. */
function spelledParameters(name: string, value: string): string[] {
  return [pair(name, value), `${encodeURIComponent(name)}[]=${encodeURIComponent(value)}`];
}

function pair(name: string, value: string): string {
  return `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
}

function join(one: string, other: string): string {
  return one === "" ? other : `${one}&${other}`;
}

/**
 * No address, and the first and last one of each range with their neighbours outside. An address that is a proxy's in
 * one configuration only is also tried as the last of two, of which that configuration reads the other one.
 */
export function borderAddresses(sides: Sides<Side>): (string | undefined)[] {
  const written = rulesOf(sides).flatMap(({ ip }) => ip ?? []);
  if (written.length === 0) return [undefined];
  const proxies = bothOf(sides, ({ policy }) => policy.config.trustedProxies);
  const ranges = [...written, ...proxies.old, ...proxies.new].flatMap(rangesOf);
  const addresses = [...new Set(ranges.flatMap(addressesAround))];
  const isProxy = bothOf(proxies, createAddressRanges);
  const moved = addresses.filter((one) => isProxy.old(one) !== isProxy.new(one));
  const forwarded = moved.flatMap((proxy) => addresses.map((address) => `${address}, ${proxy}`));
  return [undefined, ...addresses, ...forwarded];
}

function addressesAround(range: Range): string[] {
  return [...neighbours(range), lastOf(range)];
}

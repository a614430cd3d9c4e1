import * as fc from "fast-check";
import { expect, it } from "vitest";
import { DomainMap } from "../../server/values/domain-map.ts";

const domain = fc
  .array(fc.constantFrom("a", "b", "aa", "com"), { minLength: 1, maxLength: 4 })
  .map((labels) => labels.join("."));

function mapOf(domains: readonly string[]): DomainMap<string> {
  const map = new DomainMap<string>();
  for (const one of domains) map.add(one, one);
  return map;
}

function longest(domains: readonly string[], isOver: (one: string) => boolean) {
  return domains.filter(isOver).toSorted((one, other) => other.length - one.length)[0];
}

it("a domain map finds the longest domain that a host equals or is below, with or without a port", () => {
  fc.assert(
    fc.property(fc.array(domain), domain, (domains, host) => {
      const map = mapOf(domains);
      const isAbove = (one: string) => host.endsWith(`.${one}`);

      expect(map.findAbove(host)).toBe(longest(domains, isAbove));
      expect(map.find(`${host}:8443`, host.length)).toBe(
        longest(domains, (one) => one === host || isAbove(one)),
      );
    }),
    { numRuns: 3_000 },
  );
});

it("a domain map returns the first of several values for a domain", () => {
  const map = new DomainMap<number>();
  map.add("example.com", 1);
  map.add("example.com", 2);

  expect(map.find("app.example.com")).toBe(1);
});

it("a domain map tells domains with the same hash apart", () => {
  // "Aa" and "BB" have the same hash with the factor 31.
  const map = mapOf(["Aa", "BB"]);

  expect(["Aa", "x.BB", "AB"].map((host) => map.find(host))).toEqual(["Aa", "BB", undefined]);
});

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isObject } from "../../server/config/shape.ts";
import { changedBy, configCase } from "../fuzz/config-target.ts";
import { exampleConfigurations } from "./example-configurations.ts";
import { isAccepted, refusals } from "./schema-refusals.ts";

/** Every value in the documented examples, groups and lists too. */
const values = [
  ...new Set(exampleConfigurations().flatMap(([, settings]) => valuesIn(settings))),
].map((json): unknown => JSON.parse(json));

function valuesIn(value: unknown): string[] {
  const below = typeof value === "object" && value !== null ? Object.values(value) : [];
  return [JSON.stringify(value), ...below.flatMap(valuesIn)];
}

const changeTexts =
  (by: (text: string) => string) =>
  (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value), (_, one: unknown) =>
      typeof one === "string" ? by(one) : one,
    );

/** Other spellings of a value, some of which doorward accepts too. */
const spellings: Readonly<Record<string, (value: unknown) => unknown>> = {
  "in capitals": changeTexts((text) => text.toUpperCase()),
  "in lower case": changeTexts((text) => text.toLowerCase()),
  "after a space": changeTexts((text) => ` ${text}`),
  "after a line break": changeTexts((text) => `\n${text}`),
  "with an emoji": changeTexts((text) => `${text}\u{1f6aa}`),
  "five times": changeTexts((text) => text.repeat(5)),
  "as one character": changeTexts((text) => text.slice(0, 1)),
  "as one of a list": (value) => (Array.isArray(value) ? value[0] : [value]),
  "in a longer list": (value) => [value, value].flat(),
  "in a list of ten": (value) => Array.from({ length: 10 }, () => value).flat(),
  "without its first key": (value) =>
    isObject(value) ? Object.fromEntries(Object.entries(value).slice(1)) : value,
  empty: (value) => (isObject(value) ? {} : Array.isArray(value) ? [] : ""),
  negated: (value) => !value,
  "as text": String,
  "as the next number": (value) => (typeof value === "number" ? value + 1 : 1),
};

const change = fc.oneof(
  fc.constantFrom(...Object.values(spellings)),
  fc.constantFrom(...values).map((value) => () => value),
  fc
    .oneof(fc.string({ unit: "grapheme" }), fc.double(), fc.jsonValue())
    .map((value) => () => value),
);

/** A copy with one of its values changed; `place` counts them. */
function withChange(
  value: unknown,
  place: { left: number },
  by: (value: unknown) => unknown,
): unknown {
  if (place.left-- === 0) return by(value);
  if (Array.isArray(value)) return value.map((item) => withChange(item, place, by));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, withChange(child, place, by)]),
  );
}

describe("the schema never refuses what doorward accepts", () => {
  it.each(Object.entries(spellings))("of all documented examples, %s", (_, spell) => {
    const accepted = exampleConfigurations(spell).filter(([, settings]) => isAccepted(settings));

    expect(accepted.length).toBeGreaterThan(0);
    const refused = accepted.map(([path, settings]) => ({ path, reasons: refusals(settings) }));
    expect(refused.filter(({ reasons }) => reasons.length > 0)).toEqual([]);
  });

  it("in a documented example with a changed value", () => {
    let accepted = 0;
    const place = fc.tuple(fc.constantFrom(...exampleConfigurations()), fc.nat(14), change);

    fc.assert(
      fc.property(place, ([[, settings], left, by]) => {
        const changed = withChange(settings, { left: left + 1 }, by);
        if (!isObject(changed) || !isAccepted(changed)) return;
        accepted++;
        expect(refusals(changed)).toEqual([]);
      }),
      { numRuns: 4_000 },
    );

    expect(accepted).toBeGreaterThan(400);
  });

  it("in a complete configuration with arbitrary values", () => {
    let accepted = 0;

    fc.assert(
      fc.property(configCase, ({ changes }) => {
        const changed = changedBy(changes);
        if (!isAccepted(changed)) return;
        accepted++;
        expect(refusals(changed)).toEqual([]);
      }),
      { numRuns: 400 },
    );

    expect(accepted).toBeGreaterThan(40);
  });
});

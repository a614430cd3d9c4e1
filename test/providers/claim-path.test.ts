import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { valuesAt } from "../../providers/claim-path.ts";
import { texts, type Claims } from "../../providers/claims.ts";

const teams = [{ slug: "a" }, { slug: "b" }];

describe("the values at a path", () => {
  it.each<[string, Claims, readonly unknown[] | undefined]>([
    ["groups", { groups: ["a"] }, [["a"]]],
    ["groups[]", { groups: ["a", "b"] }, ["a", "b"]],
    ["groups[][]", { groups: [["a"], ["b"]] }, ["a", "b"]],
    ["groups[].name", { groups: [{ name: "a" }, { name: "b" }] }, ["a", "b"]],
    ["groups[].name", { groups: [{ name: "a" }, {}, 7, null, ["x"]] }, ["a"]],
    ["orgs[].teams[].slug", { orgs: [{ teams }, { teams: [] }, {}] }, ["a", "b"]],
    ["orgs[].roles", { orgs: [{ roles: ["a"] }, { roles: "b" }] }, [["a"], "b"]],
    ["realm.groups[].name", { realm: { groups: [{ name: "a" }] } }, ["a"]],
    ["groups[].of.name", { groups: [{ of: { name: "a" } }] }, ["a"]],
    ["https://example.com/groups[].name", { "https://example.com/groups": teams }, undefined],
    ["https://example.com/teams[].slug", { "https://example.com/teams": teams }, ["a", "b"]],
    ["cognito:groups[]", { "cognito:groups": ["a"] }, ["a"]],
    ["a.b[].c", { "a.b": [{ c: "x" }] }, ["x"]],
    ["groups[].a.b", { groups: [{ "a.b": "x" }] }, ["x"]],
    ["groups[]", { "groups[]": ["x"], groups: ["y"] }, [["x"]]],
    ["groups[].name", { groups: [] }, []],
    ["groups[].name", { groups: [{ id: 1 }] }, undefined],
    ["groups[].name", { groups: { name: "a" } }, undefined],
    ["groups[].name", { groups: "a" }, undefined],
    ["groups.name", { groups: [{ name: "a" }] }, undefined],
    ["groups[].name", {}, undefined],
    ["groups", { groups: null }, undefined],
    ["groups[].__proto__", { groups: [{}] }, undefined],
    ["__proto__[].name", {}, undefined],
    ["groups[].length", { groups: ["abc"] }, undefined],
  ])("%s of %j are %j", (path, claims, values) => {
    expect(valuesAt(claims, path)).toEqual(values);
  });

  it.each([[undefined], [null], [7], ["groups"], [[]]])("of %j are none", (claims) => {
    expect(valuesAt(claims, "groups[].name")).toBeUndefined();
  });
});

const keys = ["a", "b", "groups", "name", "__proto__"];
const key = fc.constantFrom(...keys);
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 6, depthSize: "large" },
    fc.oneof(fc.constantFrom("x", "y", ""), fc.integer(), fc.boolean(), fc.constant(null)),
    fc.array(tie("json"), { maxLength: 4 }),
    fc.dictionary(key, tie("json"), { maxKeys: 4 }),
  ),
}));
const path = fc
  .tuple(key, fc.array(fc.constantFrom("[]", ...keys.map((one) => `.${one}`)), { maxLength: 5 }))
  .map(([first, steps]) => first + steps.join(""));

/** Every string of the claims, with the path that leads to it. */
function strings(value: unknown, at: string): [path: string, text: string][] {
  if (typeof value === "string") return [[at, value]];
  if (Array.isArray(value)) return value.flatMap((entry) => strings(entry, `${at}[]`));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, entry]) => strings(entry, `${at}.${name}`));
}

describe("any claims and any path", () => {
  it("give the strings at that path, and the entries of a list there, and nothing else", () => {
    fc.assert(
      fc.property(fc.dictionary(key, json, { maxKeys: 5 }), path, (claims, groupsClaim) => {
        const found = valuesAt(claims, groupsClaim) ?? [];
        const own = new Set([`.${groupsClaim}`, `.${groupsClaim}[]`]);
        const expected = strings(claims, "").filter(
          ([where, text]) => own.has(where) && text !== "",
        );

        expect(found.flatMap(texts).toSorted()).toEqual(
          expected.map(([, text]) => text).toSorted(),
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it("never throw, whatever the path and the claims are", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: "binary" }), path, (claims, odd, usual) => {
        for (const one of [odd, `${odd}[]`, `${usual}${odd}`, usual]) {
          const values = valuesAt({ groups: claims, a: claims }, one) ?? [];
          expect(values.flatMap(texts).every((text) => typeof text === "string")).toBe(true);
        }
      }),
    );
  });

  it("take work in proportion to the claims, however deep and large they are", () => {
    let looks = 0;
    const counting = (entry: object) =>
      new Proxy(entry, {
        getOwnPropertyDescriptor(target, name) {
          looks++;
          return Reflect.getOwnPropertyDescriptor(target, name);
        },
      });
    const org = () =>
      counting({ teams: Array.from({ length: 100 }, () => counting({ slug: "a" })) });
    const orgs = Array.from({ length: 100 }, org);

    expect(valuesAt({ orgs }, "orgs[].teams[].slug")).toHaveLength(10_000);
    expect(looks).toBeLessThan(6 * 10_100);

    let deep: unknown = "a";
    for (let depth = 0; depth < 100_000; depth++) deep = depth % 2 === 0 ? [deep] : { name: deep };
    expect(valuesAt({ groups: deep }, "groups[].name[].name")).toBeUndefined();
    expect(valuesAt({ groups: [deep] }, "groups[].name[].name")).toHaveLength(1);
  });
});

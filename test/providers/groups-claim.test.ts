import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groupsIn } from "../../providers/groups-claim.ts";
import type { Claims } from "../../providers/claims.ts";
import type { Options } from "../../providers/provider.ts";

const usual: Options = {
  emailClaim: "email",
  groupsClaim: "groups",
  usernameClaim: "preferred_username",
  trustEmail: false,
  repositories: [],
  projects: [],
  directory: undefined,
};

function read(idToken: Claims, userinfo?: Claims, options: Partial<Options> = {}) {
  return groupsIn({ idToken, userinfo }, { ...usual, ...options });
}

describe("the groups of a token and of userinfo", () => {
  const token = { groups: ["a", "b"] };
  const userinfo = { groups: ["b", "c"] };

  it("are the token's if it has the claim, otherwise those of userinfo", () => {
    expect(read(token, userinfo).groups).toEqual(["a", "b"]);
    expect(read({}, userinfo).groups).toEqual(["b", "c"]);
    expect(read({ groups: null }, userinfo).groups).toEqual(["b", "c"]);
    expect(read({ groups: [] }, userinfo).groups).toEqual([]);
    expect(read({ groups: [{ name: "a" }] }, userinfo).groups).toEqual([]);
  });

  it("are added with groupsFrom: both, each once", () => {
    const both = { groupsFrom: "both" } as const;

    expect(read(token, userinfo, both)).toEqual({ groups: ["a", "b", "c"], gap: undefined });
    expect(read({}, userinfo, both).groups).toEqual(["b", "c"]);
    expect(read(token, undefined, both)).toEqual({
      groups: ["a", "b"],
      gap: "userinfo was not read, so only the groups in the token count",
    });
    expect(read(token, {}, both).groups).toEqual(["a", "b"]);
    expect(read({ groups: [{ name: "x" }] }, userinfo, both).groups).toEqual(["b", "c"]);
  });

  it("may be a hundred thousand, at both", () => {
    const groups = Array.from({ length: 100_000 }, (_, index) => `g-${index}`);
    const others = groups.map((group) => `${group}-x`);

    expect(read({ groups }, { groups: others }).groups).toHaveLength(100_000);
    expect(read({ groups }, { groups }, { groupsFrom: "both" }).groups).toHaveLength(100_000);
  });

  it("may be in lists at one and not at the other", () => {
    const paths = { groupsClaim: "orgs[].teams[].slug", groupsFrom: "both" } as const;
    const nested = { orgs: [{ teams: [{ slug: "a" }, { slug: 1 }] }, { teams: [{ slug: "b" }] }] };

    expect(read(nested, { orgs: "c" }, paths).groups).toEqual(["a", "b"]);
    expect(read({ orgs: "c" }, nested, { groupsClaim: paths.groupsClaim }).groups).toEqual([
      "a",
      "b",
    ]);
  });
});

describe("what is at a groups claim and does not count", () => {
  it.each<[Claims, string]>([
    [
      { groups: [{ name: "ops" }] },
      "groups in the token is a list of objects, and only strings count: to read each name, set groupsClaim to groups[].name",
    ],
    [
      { groups: [{ display: 7, slug: "ops" }] },
      "groups in the token is a list of objects, and only strings count: to read each slug, set groupsClaim to groups[].slug",
    ],
    [
      { groups: [{ x: "ops" }] },
      "groups in the token is a list of objects, and only strings count",
    ],
    [
      { groups: { name: "ops" } },
      "groups in the token is an object, and only strings count: to read each name, set groupsClaim to groups.name",
    ],
    [{ groups: { ops: true } }, "groups in the token is an object, and only strings count"],
    [
      { groups: ["ops", 1, null, "", ["x"], true] },
      "groups in the token is a list of booleans and empty strings and lists and nulls and numbers and strings, and only strings count",
    ],
    [{ groups: [["ops"]] }, "groups in the token is a list of lists, and only strings count"],
    [{ groups: 7 }, "groups in the token is a number, and only strings count"],
    [{ groups: true }, "groups in the token is a boolean, and only strings count"],
    [{ groups: "" }, "groups in the token is an empty string, and only strings count"],
    ...["staff,ops", "staff ops", "staff;ops", '["staff"]'].map((groups): [Claims, string] => [
      { groups },
      "groups in the token is one string and counts as one group, because it is not split",
    ]),
    [
      { groups: ["staff,ops"] },
      "groups in the token has strings with commas, each of which counts as one group",
    ],
    [{ groups: null }, "groups is null in the token (userinfo was not read)"],
    [{}, "groups is absent in the token (userinfo was not read)"],
    [
      { sub: "x", amr: ["pwd"], roles: ["ops"], "cognito:groups": "ops", "https://a/Team": 1 },
      "groups is absent in the token (userinfo was not read); the token has roles (a list of strings), cognito:groups (a string), https://a/Team (a number)",
    ],
    [
      { role1: 1, role2: 1, role3: 1, role4: 1 },
      "groups is absent in the token (userinfo was not read); the token has role1 (a number), role2 (a number), role3 (a number)",
    ],
    [
      { "group\u202E": 1, "group\n": 1, [`group${"x".repeat(100)}`]: 1 },
      "groups is absent in the token (userinfo was not read)",
    ],
  ])("is named in the gap of %j", (claims, gap) => {
    expect(read(claims).gap).toBe(gap);
  });

  it.each<[string, Claims, string]>([
    [
      "groups.name",
      { groups: [{ name: "ops" }] },
      "groups.name is absent in the token (userinfo was not read); groups in the token is a list of objects: to read its entries, write groups[].name",
    ],
    [
      "groups[].name",
      { groups: ["ops"] },
      "groups[].name is absent in the token (userinfo was not read); groups in the token is a list of strings",
    ],
    [
      "groups[].name",
      { groups: "ops" },
      "groups[].name is absent in the token (userinfo was not read); groups in the token is a string",
    ],
    [
      "orgs[].teams[].slug",
      { orgs: [{ teams: { slug: "ops" } }] },
      "orgs[].teams[].slug is absent in the token (userinfo was not read); orgs[].teams in the token is an object",
    ],
    [
      "realm.groups[].name",
      { realm: {} },
      "realm.groups[].name is absent in the token (userinfo was not read); realm in the token is an object",
    ],
    [
      "groups[].name",
      { groups: [{ name: "ops" }, { name: 7 }] },
      "groups[].name in the token is a list of numbers and strings, and only strings count",
    ],
    [
      "orgs[].team",
      { orgs: [{ team: { id: "ops" } }] },
      "orgs[].team in the token is a list of objects, and only strings count: to read each id, set groupsClaim to orgs[].team.id",
    ],
  ])("is named in the gap of the path %s in %j", (groupsClaim, claims, gap) => {
    expect(read(claims, undefined, { groupsClaim }).gap).toBe(gap);
  });

  it("is named for both responses", () => {
    expect(read({}, { roles: "x" }).gap).toBe(
      "groups is absent in the token and userinfo; userinfo has roles (a string)",
    );
    expect(read({ groups: 1 }, { groups: {} }, { groupsFrom: "both" }).gap).toBe(
      "groups in the token is a number, and only strings count; groups in userinfo is an object, and only strings count",
    );
    expect(read({ groups: ["a"] }, { groups: ["a", "b"] }).gap).toBe(
      "groups in userinfo does not count, because the token has it too: groupsFrom: both adds them",
    );
  });

  it.each<Claims>([{ groups: [] }, { groups: "ops" }, { groups: ["ops", "Domain Users"] }])(
    "is nothing of %j",
    (claims) => {
      expect(read(claims).gap).toBeUndefined();
    },
  );

  it("is described without any of the values", () => {
    const personal = fc.constantFrom("ada-lovelace", 18151210, ["ada-lovelace"], "ada lovelace");
    const value = fc.oneof(personal, fc.dictionary(fc.constantFrom("name", "x"), personal));
    const claim = fc.oneof(value, fc.array(value));

    fc.assert(
      fc.property(
        claim,
        claim,
        fc.constantFrom("groups", "groups[].name", "groups.x"),
        (...some) => {
          const [one, other, groupsClaim] = some;
          const { gap = "" } = read({ groups: one, roles: other }, { team: one }, { groupsClaim });

          expect(gap).not.toMatch(/ada|lovelace|1815/);
        },
      ),
    );
  });
});

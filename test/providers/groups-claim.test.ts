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
    expect(read(token, userinfo)).toEqual(["a", "b"]);
    expect(read({}, userinfo)).toEqual(["b", "c"]);
    expect(read({ groups: null }, userinfo)).toEqual(["b", "c"]);
    expect(read({ groups: [] }, userinfo)).toEqual([]);
    expect(read({ groups: [{ name: "a" }] }, userinfo)).toEqual([]);
  });

  it("are added with groupsFrom: both, each once", () => {
    const both = { groupsFrom: "both" } as const;

    expect(read(token, userinfo, both)).toEqual(["a", "b", "c"]);
    expect(read({}, userinfo, both)).toEqual(["b", "c"]);
    expect(read(token, undefined, both)).toEqual(["a", "b"]);
    expect(read(token, {}, both)).toEqual(["a", "b"]);
    expect(read({ groups: [{ name: "x" }] }, userinfo, both)).toEqual(["b", "c"]);
  });

  it("may be a hundred thousand, at both", () => {
    const groups = Array.from({ length: 100_000 }, (_, index) => `g-${index}`);
    const others = groups.map((group) => `${group}-x`);

    expect(read({ groups }, { groups: others })).toHaveLength(100_000);
    expect(read({ groups }, { groups }, { groupsFrom: "both" })).toHaveLength(100_000);
  });

  it("may be in lists at one and not at the other", () => {
    const paths = { groupsClaim: "orgs[].teams[].slug", groupsFrom: "both" } as const;
    const nested = { orgs: [{ teams: [{ slug: "a" }, { slug: 1 }] }, { teams: [{ slug: "b" }] }] };

    expect(read(nested, { orgs: "c" }, paths)).toEqual(["a", "b"]);
    expect(read({ orgs: "c" }, nested, { groupsClaim: paths.groupsClaim })).toEqual(["a", "b"]);
  });
});

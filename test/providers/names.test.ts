import { afterEach, describe, expect, it } from "vitest";
import { openProviderDoor, type ProviderDoor } from "../peers/provider-door.ts";
import type { Member, StandIn } from "../peers/provider-stand-in.ts";
import { bitbucket } from "./stand-ins/bitbucket.ts";
import { discord } from "./stand-ins/discord.ts";
import { github } from "./stand-ins/github.ts";

/** Somebody who names organisations, workspaces and guilds of their own as an attacker would. */
const eve: Member = {
  id: "666",
  username: "role:admin",
  name: "Eve, staff",
  email: "eve@example.com",
  isVerified: true,
  groups: [
    "acme",
    "role",
    "REPO",
    "project",
    "role:admin",
    "acme,staff",
    "acme ops",
    "a/b",
    "a\nb",
  ],
};

let door: ProviderDoor;
afterEach(() => door.close());

async function groupsOf(kind: string, standIn: StandIn): Promise<readonly string[]> {
  door = await openProviderDoor(kind, standIn, eve);
  const { identity } = await door.signIn();
  return identity?.groups ?? ["nobody signed in"];
}

describe("names that people choose for themselves at a provider", () => {
  it("make no group of another kind of a GitHub organisation or of its teams", async () => {
    expect(await groupsOf("github", github)).toEqual(["acme", "acme:ops"]);
  });

  it("make no group of another kind of a Bitbucket workspace", async () => {
    expect(await groupsOf("bitbucket", bitbucket)).toEqual(["acme"]);
  });

  it("are no groups of Discord's, whose guilds have ids", async () => {
    const groups = await groupsOf("discord", discord);

    expect(groups).toHaveLength(eve.groups.length);
    expect(groups.filter((group) => !/^\d{18}$/.test(group))).toEqual([]);
  });
});

describe("a repository that the operator names", () => {
  const wanted = { repositories: ["acme/app", "acme/gone"] };
  const member = { ...eve, groups: ["acme"] };

  it.each<[string, object, string[]]>([
    [
      "who may push",
      { private: false, permissions: { push: true, pull: true } },
      ["repo:acme/app"],
    ],
    ["who may only see it", { private: false, permissions: { push: false, pull: true } }, []],
    [
      "who sees it though it is private",
      { private: true, permissions: { pull: true } },
      ["repo:acme/app"],
    ],
    ["who is told nothing of permissions", { private: true }, []],
  ])("makes a group at GitHub of whoever %s", async (_, answer, groups) => {
    const api = {
      "/api/v3/repos/acme/app": () => ({ body: answer }),
      "/api/v3/repos/acme/gone": () => ({ status: 404, body: { message: "Not Found" } }),
    };
    const standIn = { ...github, api: { ...github.api, ...api } };
    door = await openProviderDoor("github", standIn, member, { provider: wanted });

    const { identity } = await door.signIn();

    expect(identity?.groups).toEqual(["acme", "acme:ops", ...groups]);
  });

  it("makes a group at Bitbucket of whoever may write to it", async () => {
    const standIn: StandIn = {
      ...bitbucket,
      api: {
        ...bitbucket.api,
        "/2.0/repositories/:workspace": (_, { url, named }) => {
          const isAsked =
            named.workspace === "acme" &&
            url.searchParams.get("role") === "contributor" &&
            url.searchParams.get("q") === 'full_name="acme/app"';
          return { body: { values: isAsked ? [{ full_name: "acme/app" }] : [] } };
        },
      },
    };
    door = await openProviderDoor("bitbucket", standIn, member, { provider: wanted });

    const { identity } = await door.signIn();

    expect(identity?.groups).toEqual(["acme", "repo:acme/app"]);
  });
});

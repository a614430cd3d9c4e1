import { afterEach, describe, expect, it } from "vitest";
import { openProviderDoor, type ProviderDoor } from "../peers/provider-door.ts";
import type { Member, StandIn } from "../peers/provider-stand-in.ts";
import { bitbucket } from "./stand-ins/bitbucket.ts";
import { discord } from "./stand-ins/discord.ts";
import { github } from "./stand-ins/github.ts";

/** An attacker who chooses the names of organisations, workspaces and guilds. */
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
  return identity?.groups ?? ["the sign-in failed"];
}

describe("names that users choose at a provider", () => {
  it("cannot make a special group of a GitHub organisation or its teams", async () => {
    expect(await groupsOf("github", github)).toEqual(["acme", "acme:ops"]);
  });

  it("cannot make a special group of a Bitbucket workspace", async () => {
    expect(await groupsOf("bitbucket", bitbucket)).toEqual(["acme"]);
  });

  it("are not used for Discord's guilds, which are groups by their ids", async () => {
    const groups = await groupsOf("discord", discord);

    expect(groups).toHaveLength(eve.groups.length);
    expect(groups.filter((group) => !/^\d{18}$/.test(group))).toEqual([]);
  });
});

describe("a configured repository", () => {
  const wanted = { repositories: ["acme/app", "acme/gone"] };
  const member = { ...eve, groups: ["acme"] };

  it.each<[string, object, string[]]>([
    [
      "with push access",
      { private: false, permissions: { push: true, pull: true } },
      ["repo:acme/app"],
    ],
    [
      "with read access to a public one",
      { private: false, permissions: { push: false, pull: true } },
      [],
    ],
    [
      "with read access to a private one",
      { private: true, permissions: { pull: true } },
      ["repo:acme/app"],
    ],
    ["without permissions in the response", { private: true }, []],
  ])("at GitHub determines the groups of a user %s", async (_, answer, groups) => {
    const api = {
      "/api/v3/repos/acme/app": () => ({ body: answer }),
      "/api/v3/repos/acme/gone": () => ({ status: 404, body: { message: "Not Found" } }),
    };
    const standIn = { ...github, api: { ...github.api, ...api } };
    door = await openProviderDoor("github", standIn, member, { provider: wanted });

    const { identity } = await door.signIn();

    expect(identity?.groups).toEqual(["acme", "acme:ops", ...groups]);
  });

  it("at Bitbucket is a group of users with write access", async () => {
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

import { afterEach, describe, expect, it } from "vitest";
import { providers } from "../../providers/registry.ts";
import { setCookies } from "../peers/sign-in-door.ts";
import { faults } from "../peers/provider-faults.ts";
import {
  openProviderDoor,
  type DoorSettings,
  type ProviderDoor,
  type SignedIn,
} from "../peers/provider-door.ts";
import type { Member, StandIn } from "../peers/provider-stand-in.ts";
import { endsWithin } from "../peers/times.ts";
import { standIns } from "./stand-ins/by-kind.ts";
import { opensSession } from "../peers/cookie-name.ts";

const ada: Member = {
  id: "470011",
  username: "ada.l",
  name: "Ada Lovelace",
  email: "ada@example.com",
  isVerified: true,
  groups: ["acme", "umbrella"],
};

const written = standIns.flatMap(([kind, standIn]) =>
  standIn === undefined ? [] : [{ kind, standIn }],
);

const askedAgain = written.filter(({ standIn }) => !standIn.isAskedOnce);
const askedByAccessToken = askedAgain.filter(
  ({ kind, standIn }) =>
    Object.keys(standIn.api).length > 0 && providers.get(kind)?.hasUserinfo !== false,
);
const withGroups = askedAgain.filter(({ standIn }) => standIn.groups !== undefined);

let doors: ProviderDoor[] = [];

async function open(kind: string, standIn: StandIn, member = ada, more: DoorSettings = {}) {
  const door = await openProviderDoor(kind, standIn, member, more);
  doors.push(door);
  return door;
}

/** Opens a door whose access requires what the provider must send: a group, or a verified address. */
async function openNarrow(kind: string, standIn: StandIn) {
  const [group] = standIn.groups?.(ada.groups) ?? [];
  const access = group === undefined ? { emails: ["ada@example.com"] } : { groups: [group] };
  return open(kind, standIn, ada, { access, provider: vouching(standIn) });
}

/** The paths that doorward requests from the provider for one sign-in. */
async function questionsOf(kind: string, standIn: StandIn): Promise<string[]> {
  const door = await openNarrow(kind, standIn);
  const { identity } = await door.signIn();
  expect(identity?.user).toBe(subjectOf(standIn));
  const asked = new Set(door.provider.asked);
  asked.delete(standIn.authorizationPath);
  return [...asked];
}

afterEach(async () => {
  await Promise.all(doors.map((door) => door.close()));
  doors = [];
});

function subjectOf({ subject = ({ id }) => id }: StandIn, member = ada): string {
  return subject(member);
}

function withoutRefreshTokens(standIn: StandIn): StandIn {
  return {
    ...standIn,
    tokens: (issued) => ({ ...standIn.tokens(issued), refresh_token: undefined }),
  };
}

/** The setting that makes doorward accept the provider's addresses. */
function vouching({ verifiesEmail }: StandIn): Record<string, unknown> {
  return verifiesEmail === false ? { trustEmail: true } : {};
}

function isRefused({ answer, identity }: SignedIn): boolean {
  const opened = setCookies(answer).some((line) => opensSession.test(line));
  return answer.status >= 400 && identity === undefined && !opened;
}

it.each(standIns)("the kind %s has a stand-in for the contract", (_, standIn) => {
  expect(standIn).toBeDefined();
});

describe.each(written)("a provider of the kind $kind", ({ kind, standIn }) => {
  it("identifies a visitor with address, name and groups", async () => {
    const door = await open(kind, standIn, ada, { provider: vouching(standIn) });

    const { identity } = await door.signIn();

    expect(identity).toMatchObject({
      user: subjectOf(standIn),
      email: "ada@example.com",
      name: standIn.tellsName === false ? null : ada.name,
    });
    expect(identity?.groups.toSorted()).toEqual((standIn.groups?.(ada.groups) ?? []).toSorted());
  });

  it("distinguishes two users with the same name and username", async () => {
    const door = await open(kind, standIn);
    const namesake = { ...ada, id: "470012", email: "eve@example.com" };

    const first = await door.signIn();
    door.provider.member = namesake;
    const second = await door.signIn();

    expect([first, second].map(({ identity }) => identity?.user)).toEqual([
      subjectOf(standIn),
      subjectOf(standIn, namesake),
    ]);
    expect(first.identity?.user).not.toBe(second.identity?.user);
  });

  it("yields no unverified address", async () => {
    const door = await open(kind, standIn, { ...ada, isVerified: standIn.verifiesEmail === false });

    const { identity } = await door.signIn();

    expect(identity).toMatchObject({ user: subjectOf(standIn), email: null });
  });

  it("signs in a user without an address", async () => {
    const member = { ...ada, email: undefined };
    const door = await open(kind, standIn, member, { provider: vouching(standIn) });

    const { identity } = await door.signIn();

    expect(identity).toMatchObject({ user: subjectOf(standIn), email: null });
  });

  it.each(faults.filter((fault) => fault !== "silence"))(
    "refuses every sign-in with the faulty response %s, at each of its endpoints",
    async (fault) => {
      const admitted: string[] = [];
      for (const question of await questionsOf(kind, standIn)) {
        const door = await openNarrow(kind, standIn);
        door.provider.faults.set(question, fault);
        if (!isRefused(await door.signIn())) admitted.push(question);
      }

      expect(admitted).toEqual([]);
    },
  );

  it("turns an invalid code into a 400 and an unknown client into a 502", async () => {
    const door = await open(kind, standIn);
    const spent = await door.signIn("a-code-that-is-spent");
    door.provider.forgetClient();

    const unknown = await door.signIn();

    expect([spent, unknown].map(isRefused)).toEqual([true, true]);
    expect([spent, unknown].map(({ answer }) => answer.status)).toEqual([400, 502]);
  });
});

describe.each(askedAgain)("a provider of the kind $kind", ({ kind, standIn }) => {
  it("refreshes an identity, and ends the grant when the token is revoked", async () => {
    const door = await open(kind, standIn, ada, { provider: vouching(standIn) });
    await door.signIn();

    const again = await door.again(subjectOf(standIn));
    door.provider.revoke();

    expect(again).toMatchObject({ subject: subjectOf(standIn), email: "ada@example.com" });
    await expect(door.again(subjectOf(standIn))).rejects.toMatchObject({ code: "grant_ended" });
  });

  it("ends the grant if a refresh returns another user", async () => {
    const door = await open(kind, standIn);
    await door.signIn();

    await expect(door.again("another user")).rejects.toMatchObject({ code: "grant_ended" });
  });
});

describe.each(askedByAccessToken)("a provider of the kind $kind", ({ kind, standIn }) => {
  it("ends the grant when the access token is revoked, without a refresh token too", async () => {
    const door = await open(kind, withoutRefreshTokens(standIn));
    await door.signIn();
    door.provider.revoke();

    await expect(door.again(subjectOf(standIn))).rejects.toMatchObject({ code: "grant_ended" });
  });
});

describe.each(withGroups)("the groups at a provider of the kind $kind", ({ kind, standIn }) => {
  it("are read completely, over three pages if the provider has pages", async () => {
    const most = standIn.pageSize ?? 100;
    const names = Array.from({ length: most * 2 + 1 }, (_, index) => `group-${index}`);
    const door = await open(kind, standIn, { ...ada, groups: names });

    const { identity } = await door.signIn();

    expect(identity?.groups.toSorted()).toEqual(standIn.groups?.(names).toSorted());
  });

  it("are updated by a refresh after the user has left one", async () => {
    const door = await open(kind, standIn);
    const { identity } = await door.signIn();
    door.provider.member = { ...ada, groups: ["umbrella"] };

    const again = await door.again(subjectOf(standIn));

    expect(identity?.groups.toSorted()).toEqual(standIn.groups?.(ada.groups).toSorted());
    expect(again.groups.toSorted()).toEqual(standIn.groups?.(["umbrella"]).toSorted());
    expect(again.groupsFault).toBeUndefined();
  });
});

describe("a provider that never ends a response", () => {
  // Timeouts take seconds: kinds with the same requests share a run, and all runs are concurrent.
  const distinct = new Map(
    written.map((one) => [JSON.stringify(Object.keys(one.standIn.api)), one] as const),
  );

  it("fails the sign-in within the timeout, at each of its endpoints", async () => {
    const silent = await Promise.all(
      [...distinct.values()].map(async ({ kind, standIn }) => {
        const questions = await questionsOf(kind, standIn);
        return Promise.all(
          questions.map(async (question) => {
            const door = await openNarrow(kind, standIn);
            door.provider.faults.set(question, "silence");
            return { door, name: `${kind} ${question}` };
          }),
        );
      }),
    );

    const signIns = Promise.all(
      silent.flat().map(async ({ door, name }) => ({ name, answer: await door.signIn() })),
    );
    // Eight seconds for an API, four for the rest, and some for a slow machine.
    const isInTime = await endsWithin(60_000, signIns);
    const outcomes = await signIns;

    expect(isInTime).toBe(true);
    expect(outcomes.filter(({ answer }) => !isRefused(answer))).toEqual([]);
    expect(outcomes.length).toBeGreaterThan(distinct.size);
  });
});

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
import { standIns } from "./stand-ins/by-kind.ts";

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

/** A door for those alone of whom the provider says what has to be asked for: a group, or a verified address. */
async function openNarrow(kind: string, standIn: StandIn) {
  const [group] = standIn.groups?.(ada.groups) ?? [];
  const access = group === undefined ? { emails: ["ada@example.com"] } : { groups: [group] };
  return open(kind, standIn, ada, { access, provider: vouching(standIn) });
}

/** What doorward asks of the provider itself, for one sign-in. */
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

/** What the operator has to say so that an address counts. */
function vouching({ verifiesEmail }: StandIn): Record<string, unknown> {
  return verifiesEmail === false ? { trustEmail: true } : {};
}

function isRefused({ answer, identity }: SignedIn): boolean {
  const opened = setCookies(answer).some((line) => /^doorward=[^;]/.test(line));
  return answer.status >= 400 && identity === undefined && !opened;
}

it.each(standIns)(
  "a provider of the kind %s has a stand-in to be held to the contract",
  (_, standIn) => {
    expect(standIn).toBeDefined();
  },
);

describe.each(written)("a provider of the kind $kind", ({ kind, standIn }) => {
  it("names whoever signs in, with address, name and groups", async () => {
    const door = await open(kind, standIn, ada, { provider: vouching(standIn) });

    const { identity } = await door.signIn();

    expect(identity).toMatchObject({
      user: subjectOf(standIn),
      email: "ada@example.com",
      name: standIn.tellsName === false ? null : ada.name,
    });
    expect(identity?.groups.toSorted()).toEqual((standIn.groups?.(ada.groups) ?? []).toSorted());
  });

  it("tells two people apart who bear the same name and username", async () => {
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

  it("has no say in an address that it does not call verified", async () => {
    const door = await open(kind, standIn, { ...ada, isVerified: standIn.verifiesEmail === false });

    const { identity } = await door.signIn();

    expect(identity).toMatchObject({ user: subjectOf(standIn), email: null });
  });

  it("lets somebody in who has no address, as somebody without one", async () => {
    const nobody = { ...ada, email: undefined };
    const door = await open(kind, standIn, nobody, { provider: vouching(standIn) });

    const { identity } = await door.signIn();

    expect(identity).toMatchObject({ user: subjectOf(standIn), email: null });
  });

  it.each(faults.filter((fault) => fault !== "silence"))(
    "lets nobody in with %s, whatever question it is the answer to",
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

  it("has a code that it does not take blamed on the visitor's try, and an unknown client on the operator", async () => {
    const door = await open(kind, standIn);
    const spent = await door.signIn("a-code-that-is-spent");
    door.provider.forgetClient();

    const unknown = await door.signIn();

    expect([spent, unknown].map(isRefused)).toEqual([true, true]);
    expect([spent, unknown].map(({ answer }) => answer.status)).toEqual([400, 502]);
  });
});

describe.each(askedAgain)("a provider of the kind $kind", ({ kind, standIn }) => {
  it("is asked again about who somebody is, and turns away whose token it took back", async () => {
    const door = await open(kind, standIn, ada, { provider: vouching(standIn) });
    await door.signIn();

    const again = await door.again(subjectOf(standIn));
    door.provider.revoke();

    expect(again).toMatchObject({ subject: subjectOf(standIn), email: "ada@example.com" });
    await expect(door.again(subjectOf(standIn))).rejects.toMatchObject({ code: "grant_ended" });
  });

  it("is not believed when it speaks of somebody else all of a sudden", async () => {
    const door = await open(kind, standIn);
    await door.signIn();

    await expect(door.again("somebody else")).rejects.toMatchObject({ code: "grant_ended" });
  });
});

describe.each(askedByAccessToken)("a provider of the kind $kind", ({ kind, standIn }) => {
  it("turns away, without a refresh token too, whose access token it took back", async () => {
    const door = await open(kind, withoutRefreshTokens(standIn));
    await door.signIn();
    door.provider.revoke();

    await expect(door.again(subjectOf(standIn))).rejects.toMatchObject({ code: "grant_ended" });
  });
});

describe.each(withGroups)("the groups at a provider of the kind $kind", ({ kind, standIn }) => {
  it("are read to their end, over three pages where it has pages", async () => {
    const most = standIn.pageSize ?? 100;
    const names = Array.from({ length: most * 2 + 1 }, (_, index) => `group-${index}`);
    const door = await open(kind, standIn, { ...ada, groups: names });

    const { identity } = await door.signIn();

    expect(identity?.groups.toSorted()).toEqual(standIn.groups?.(names).toSorted());
  });

  it("are gone when it is asked again about somebody who has left them", async () => {
    const door = await open(kind, standIn);
    const { identity } = await door.signIn();
    door.provider.member = { ...ada, groups: ["umbrella"] };

    const again = await door.again(subjectOf(standIn));

    expect(identity?.groups.toSorted()).toEqual(standIn.groups?.(ada.groups).toSorted());
    expect(again.groups.toSorted()).toEqual(standIn.groups?.(["umbrella"]).toSorted());
    expect(again.groupsFault).toBeUndefined();
  });
});

describe("a provider that begins an answer and does not end it", () => {
  // Waiting takes seconds: kinds of which the same questions are asked go together, and all of them at once.
  const distinct = new Map(
    written.map((one) => [JSON.stringify(Object.keys(one.standIn.api)), one] as const),
  );

  it(
    "lets nobody in and keeps nobody waiting, whatever question it is",
    { timeout: 90_000 },
    async () => {
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

      const began = performance.now();
      const outcomes = await Promise.all(
        silent.flat().map(async ({ door, name }) => ({ name, answer: await door.signIn() })),
      );

      expect(outcomes.filter(({ answer }) => !isRefused(answer))).toEqual([]);
      expect(outcomes.length).toBeGreaterThan(distinct.size);
      // Eight seconds for an API, four for the rest, and the machine's own slowness.
      expect(performance.now() - began).toBeLessThan(45_000);
    },
  );
});

import { afterEach, describe, expect, it } from "vitest";
import { openProviderDoor, type ProviderDoor } from "../peers/provider-door.ts";
import { startStandIn, type Member, type StandIn } from "../peers/provider-stand-in.ts";
import { claiming, entraId } from "./stand-ins/entra-id.ts";
import { graphPath, tenant, transitiveMemberOf } from "./stand-ins/microsoft.ts";

const ada: Member = {
  id: "470011",
  username: "ada.l",
  name: "Ada Lovelace",
  email: "ada@example.com",
  isVerified: true,
  groups: ["staff"],
};

/** A member of more groups than fit into a token. */
const busy = { ...ada, groups: Array.from({ length: 201 }, (_, index) => `group-${index}`) };

let closing: { close(): Promise<void> }[] = [];

async function open(
  standIn: StandIn,
  access: Record<string, unknown>,
  { member = ada }: { readonly member?: Member } = {},
): Promise<ProviderDoor> {
  const door = await openProviderDoor("entra-id", standIn, member, { access });
  closing.push(door);
  return door;
}

afterEach(async () => {
  await Promise.all(closing.map((one) => one.close()));
  closing = [];
});

describe("groups at Entra", () => {
  it("are the ids in the token and the roles of the app, without groups named like roles", async () => {
    const claims = { tid: tenant, groups: ["staff", "role:Owner"], roles: ["Admin", "Reader"] };
    const door = await open(claiming(claims), { anyone: true });

    const { identity } = await door.signIn();

    expect(identity?.groups).toEqual(["staff", "role:Admin", "role:Reader"]);
  });

  it("that do not fit into the token are read over three pages of Graph", async () => {
    const door = await open(entraId, { groups: ["group-200"] }, { member: busy });

    const { identity } = await door.signIn();

    expect(door.provider.asked.filter((path) => path === graphPath)).toHaveLength(3);
    expect(identity?.groups).toHaveLength(201);
  });

  it("are empty while Graph is down, with the reason on the page and in the log", async () => {
    const door = await open(entraId, { groups: ["group-1"] }, { member: busy });
    door.provider.faults.set(graphPath, "500");

    const { answer, identity } = await door.signIn();

    expect([answer.status, identity]).toEqual([403, undefined]);
    expect(answer.body).toContain("could not be looked up just now");
    const denied = door.doorward.events.find(({ msg }) => msg === "denied");
    expect(denied?.noGroups).toMatch(/transitiveMemberOf.* returned 500 .*User\.Read/);
  });

  it("are empty if Graph denies access, and the page points to the operator", async () => {
    const door = await open(entraId, { groups: ["group-1"] }, { member: busy });
    door.provider.faults.set(graphPath, "403");

    const { answer, identity } = await door.signIn();

    expect([answer.status, identity]).toEqual([403, undefined]);
    expect(answer.body).toContain("The people who run this site find the reason in its log");
  });

  it("are never requested from another host in a page's link", async () => {
    const other = await startStandIn({ ...entraId, api: {} }, busy);
    closing.push(other);
    const leading: StandIn = {
      ...entraId,
      api: {
        [graphPath](member, asked) {
          const reply = transitiveMemberOf(member, asked);
          const body = { ...Object(reply.body), "@odata.nextLink": `${other.origin}/v1.0/steal` };
          return { ...reply, body };
        },
      },
    };
    const door = await open(leading, { groups: ["group-1"] }, { member: busy });

    const { answer } = await door.signIn();

    expect(answer.status).toBe(403);
    expect(other.asked).toEqual([]);
  });
});

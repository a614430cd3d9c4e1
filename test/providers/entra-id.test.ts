import { afterEach, describe, expect, it } from "vitest";
import { navigation } from "../peers/browser.ts";
import { issuerKey, jwkOf } from "../peers/jwt.ts";
import { openProviderDoor, type DoorSettings, type ProviderDoor } from "../peers/provider-door.ts";
import { client } from "../peers/provider-grants.ts";
import {
  startStandIn,
  type Issued,
  type Member,
  type StandIn,
} from "../peers/provider-stand-in.ts";
import { forwarded } from "../peers/sign-in-door.ts";
import { paidOut } from "./stand-ins/discovered.ts";
import { entraId } from "./stand-ins/entra-id.ts";
import { graphPath, tenant, transitiveMemberOf } from "./stand-ins/microsoft.ts";
import { idTokenOf } from "./stand-ins/openid.ts";

const stranger = "99999999-8888-7777-6666-555555555555";
const person = { email: "ada@example.com", xms_edov: true, name: "Ada" };

const ada: Member = {
  id: "470011",
  username: "ada.l",
  name: "Ada Lovelace",
  email: "ada@example.com",
  isVerified: true,
  groups: ["staff"],
};

/** Of more groups than a token holds. */
const busy = { ...ada, groups: Array.from({ length: 201 }, (_, index) => `group-${index}`) };

/** Entra with other claims in the ID tokens that it signs. */
function claiming(claims: Record<string, unknown>): StandIn {
  return { ...entraId, tokens: (issued) => paidOut(issued, `/${tenant}/v2.0`, claims) };
}

/** Entra with other claims, of which some need its address. */
function issuing(claims: (issued: Issued) => Record<string, unknown>): StandIn {
  return { ...entraId, tokens: (issued) => paidOut(issued, "", claims(issued)) };
}

let closing: { close(): Promise<void> }[] = [];

async function open(
  standIn: StandIn,
  access: Record<string, unknown>,
  { member = ada, ...more }: DoorSettings & { member?: Member } = {},
): Promise<ProviderDoor> {
  const door = await openProviderDoor("entra-id", standIn, member, { access, ...more });
  closing.push(door);
  return door;
}

afterEach(async () => {
  await Promise.all(closing.map((one) => one.close()));
  closing = [];
});

const right = { emails: ["ada@example.com"] };

describe("a sign-in at Entra's common endpoints", () => {
  it("is of the tenant's own issuer, so that one subject in two tenants is two people", async () => {
    const both = { tenants: [tenant, stranger] };
    const own = await open(claiming({ tid: tenant, ...person }), right, { provider: both });
    const other = issuing(({ origin }) => ({
      iss: `${origin}/${stranger}/v2.0`,
      tid: stranger,
      ...person,
    }));
    const second = await open(other, right, { provider: both });

    await own.signIn();
    await second.signIn();

    const issuers = [own, second].map(({ doorward, provider: { origin } }) => {
      const event = doorward.events.find(({ msg }) => msg === "signed in");
      return String(event?.issuer).replace(origin, "");
    });
    expect(issuers).toEqual([`/${tenant}/v2.0`, `/${stranger}/v2.0`]);
  });

  it.each<[string, (issued: Issued) => Record<string, unknown>]>([
    [
      "of a tenant that may not sign in",
      ({ origin }) => ({ iss: `${origin}/${stranger}/v2.0`, tid: stranger }),
    ],
    [
      "whose issuer and tenant disagree",
      ({ origin }) => ({ iss: `${origin}/${tenant}/v2.0`, tid: stranger }),
    ],
    [
      "whose tenant and issuer disagree",
      ({ origin }) => ({ iss: `${origin}/${stranger}/v2.0`, tid: tenant }),
    ],
    ["that names no tenant", ({ origin }) => ({ iss: `${origin}/${tenant}/v2.0` })],
    [
      "with the template itself as its issuer",
      ({ origin }) => ({ iss: `${origin}/{tenantid}/v2.0`, tid: "{tenantid}" }),
    ],
    ["of `common` itself", ({ origin }) => ({ iss: `${origin}/common/v2.0`, tid: "common" })],
    [
      "whose tenant is a list",
      ({ origin }) => ({ iss: `${origin}/${tenant}/v2.0`, tid: [tenant] }),
    ],
    [
      "whose tenant only begins like one",
      ({ origin }) => ({ iss: `${origin}/${tenant}/v2.0/`, tid: tenant }),
    ],
  ])("is refused with a token %s, though its address is the right one", async (name, claims) => {
    const door = await open(
      issuing((issued) => ({ ...person, ...claims(issued) })),
      right,
    );

    const { answer, identity } = await door.signIn();

    expect([name, answer.status, identity]).toEqual([name, 400, undefined]);
  });

  it.each([
    ["of the tenant", (origin: string) => `${origin}/${tenant}/v2.0`, 302],
    ["of all tenants", (origin: string) => `${origin}/{tenantid}/v2.0`, 302],
    ["of a tenant that may not sign in", (origin: string) => `${origin}/${stranger}/v2.0`, 400],
  ])("signed by a key %s is answered as it should be", async (_, issuer, status) => {
    const keys = (origin: string) => ({
      keys: [{ ...jwkOf(issuerKey.publicKey, "one"), issuer: issuer(origin) }],
    });
    const documents = { ...entraId.documents, "/common/discovery/v2.0/keys": keys };
    const door = await open({ ...claiming({ tid: tenant, ...person }), documents }, right);

    const { answer } = await door.signIn();

    expect(answer.status).toBe(status);
  });

  it("says in the log which tenant was not on the list", async () => {
    const claims = ({ origin }: Issued) => ({ iss: `${origin}/${stranger}/v2.0`, tid: stranger });
    const door = await open(
      issuing((issued) => ({ ...person, ...claims(issued) })),
      right,
    );

    await door.signIn();

    const log = JSON.stringify(door.doorward.events);
    expect(log).toContain(`/${stranger}/v2.0, and \`tenants\` names no such tenant`);
  });

  it("is not renewed by a token of another tenant, be it an allowed one", async () => {
    const door = await open(claiming({ tid: tenant, ...person }), right, {
      provider: { tenants: [stranger, tenant] },
    });
    await door.signIn();

    const again = door.again(ada.id); // which it was known by at the first of the list

    await expect(again).rejects.toMatchObject({ code: "grant_ended" });
  });

  it.each([
    ["of the token's own tenant", tenant, 302],
    ["of another allowed tenant", stranger, 400],
    ["of `common`", "common", 400],
  ])("whose answer has an iss %s comes to %s", async (_, said, status) => {
    const door = await open(claiming({ tid: tenant, ...person }), right, {
      provider: { tenants: [tenant, stranger] },
    });
    const browser = door.newBrowser();
    const start = await browser.ask(`${door.site}/start`, { headers: navigation });
    const consent = await browser.ask(String(start.headers.location), { headers: navigation });
    const callback = new URL(String(consent.headers.location));
    callback.searchParams.set("iss", `${door.provider.origin}/${said}/v2.0`);

    const answer = await browser.ask(callback.href, { headers: navigation });

    expect(answer.status).toBe(status);
  });
});

describe("an address at Entra", () => {
  it.each<[unknown, string | null]>([
    [true, "ada@example.com"],
    [false, null],
    ["true", null],
    [undefined, null],
  ])("counts with xms_edov %j as %s", async (verified, email) => {
    const door = await open(claiming({ tid: tenant, ...person, xms_edov: verified }), {
      anyone: true,
    });

    const { identity } = await door.signIn();

    expect(identity?.email).toBe(email);
  });
});

describe("groups at Entra", () => {
  it("are the ids in the token and the roles of the app, which no group can be called like", async () => {
    const claims = { tid: tenant, groups: ["staff", "role:Owner"], roles: ["Admin", "Reader"] };
    const door = await open(claiming(claims), { anyone: true });

    const { identity } = await door.signIn();

    expect(identity?.groups).toEqual(["staff", "role:Admin", "role:Reader"]);
  });

  it("that are too many for the token are read over three pages of Graph", async () => {
    const door = await open(entraId, { groups: ["group-200"] }, { member: busy });

    const { identity } = await door.signIn();

    expect(door.provider.asked.filter((path) => path === graphPath)).toHaveLength(3);
    expect(identity?.groups).toHaveLength(201);
  });

  it("are none, and both page and log say so, while Graph is down", async () => {
    const door = await open(entraId, { groups: ["group-1"] }, { member: busy });
    door.provider.faults.set(graphPath, "500");

    const { answer, identity } = await door.signIn();

    expect([answer.status, identity]).toEqual([403, undefined]);
    expect(answer.body).toContain("could not be looked up just now");
    const denied = door.doorward.events.find(({ msg }) => msg === "denied");
    expect(denied?.noGroups).toMatch(/transitiveMemberOf.* answers 500 .*User\.Read/);
  });

  it("are none, and the page sends to the operator, where Graph refuses for good", async () => {
    const door = await open(entraId, { groups: ["group-1"] }, { member: busy });
    door.provider.faults.set(graphPath, "403");

    const { answer, identity } = await door.signIn();

    expect([answer.status, identity]).toEqual([403, undefined]);
    expect(answer.body).toContain("The people who run this site find the reason in its log");
  });

  it("are never looked for at another host that a page's link names", async () => {
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

describe("a token of Entra in place of a session", () => {
  it.each([
    [tenant, 200],
    [stranger, 401],
    ["common", 401],
    ["{tenantid}", 401],
  ])("of the tenant %s is answered %d", async (of, status) => {
    const rules = [{ path: "/**", bearer: { idTokens: true } }];
    const door = await open(entraId, right, { rules });
    const { origin } = door.provider;
    const token = idTokenOf(
      { origin, clientId: client.clientId, nonce: undefined, member: ada },
      { iss: `${origin}/${of}/v2.0`, tid: of, ...person },
    );

    const headers = { ...forwarded(door.site), Authorization: `Bearer ${token}` };
    const answer = await door.newBrowser().ask(`${door.site}/verify`, { headers });

    expect(answer.status).toBe(status);
  });
});

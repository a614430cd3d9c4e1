import { afterEach, describe, expect, it } from "vitest";
import { navigation } from "../peers/browser.ts";
import { issuerKey, jwkOf } from "../peers/jwt.ts";
import { openProviderDoor, type DoorSettings, type ProviderDoor } from "../peers/provider-door.ts";
import { client } from "../peers/provider-grants.ts";
import { type Issued, type Member, type StandIn } from "../peers/provider-stand-in.ts";
import { forwarded } from "../peers/sign-in-door.ts";
import { claiming, entraId, issuing } from "./stand-ins/entra-id.ts";
import { tenant } from "./stand-ins/microsoft.ts";
import { idTokenOf } from "./stand-ins/openid.ts";

const otherTenant = "99999999-8888-7777-6666-555555555555";
const person = { email: "ada@example.com", xms_edov: true, name: "Ada" };

const ada: Member = {
  id: "470011",
  username: "ada.l",
  name: "Ada Lovelace",
  email: "ada@example.com",
  isVerified: true,
  groups: ["staff"],
};

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
  it("uses the tenant's own issuer, so that one subject in two tenants is two identities", async () => {
    const both = { tenants: [tenant, otherTenant] };
    const own = await open(claiming({ tid: tenant, ...person }), right, { provider: both });
    const other = issuing(({ origin }) => ({
      iss: `${origin}/${otherTenant}/v2.0`,
      tid: otherTenant,
      ...person,
    }));
    const second = await open(other, right, { provider: both });

    await own.signIn();
    await second.signIn();

    const issuers = [own, second].map(({ doorward, provider: { origin } }) => {
      const event = doorward.events.find(({ msg }) => msg === "signed in");
      return String(event?.issuer).replace(origin, "");
    });
    expect(issuers).toEqual([`/${tenant}/v2.0`, `/${otherTenant}/v2.0`]);
  });

  it.each<[string, (issued: Issued) => Record<string, unknown>]>([
    [
      "of a tenant that is not allowed",
      ({ origin }) => ({ iss: `${origin}/${otherTenant}/v2.0`, tid: otherTenant }),
    ],
    [
      "of an allowed issuer and another tenant",
      ({ origin }) => ({ iss: `${origin}/${tenant}/v2.0`, tid: otherTenant }),
    ],
    [
      "of an allowed tenant and another issuer",
      ({ origin }) => ({ iss: `${origin}/${otherTenant}/v2.0`, tid: tenant }),
    ],
    ["without a tenant", ({ origin }) => ({ iss: `${origin}/${tenant}/v2.0` })],
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
      "whose issuer has a trailing slash",
      ({ origin }) => ({ iss: `${origin}/${tenant}/v2.0/`, tid: tenant }),
    ],
  ])("is refused with a token %s, even for an allowed email address", async (name, claims) => {
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
    ["of a tenant that is not allowed", (origin: string) => `${origin}/${otherTenant}/v2.0`, 400],
  ])("with a token signed by a key %s leads to the right status", async (_, issuer, status) => {
    const keys = (origin: string) => ({
      keys: [{ ...jwkOf(issuerKey.publicKey, "one"), issuer: issuer(origin) }],
    });
    const documents = { ...entraId.documents, "/common/discovery/v2.0/keys": keys };
    const door = await open({ ...claiming({ tid: tenant, ...person }), documents }, right);

    const { answer } = await door.signIn();

    expect(answer.status).toBe(status);
  });

  it("logs the tenant that is not in the list", async () => {
    const claims = ({ origin }: Issued) => ({
      iss: `${origin}/${otherTenant}/v2.0`,
      tid: otherTenant,
    });
    const door = await open(
      issuing((issued) => ({ ...person, ...claims(issued) })),
      right,
    );

    await door.signIn();

    const log = JSON.stringify(door.doorward.events);
    expect(log).toContain(`/${otherTenant}/v2.0, whose tenant is not listed in \`tenants\``);
  });

  it("is not renewed by a token of another allowed tenant", async () => {
    const door = await open(claiming({ tid: tenant, ...person }), right, {
      provider: { tenants: [otherTenant, tenant] },
    });
    await door.signIn();

    const again = door.again(ada.id); // the subject at the first tenant of the list

    await expect(again).rejects.toMatchObject({ code: "grant_ended" });
  });

  it.each([
    ["of the token's own tenant", tenant, 302],
    ["of another allowed tenant", otherTenant, 400],
    ["of `common`", "common", 400],
  ])("with an iss parameter %s leads to %s", async (_, issuerTenant, status) => {
    const door = await open(claiming({ tid: tenant, ...person }), right, {
      provider: { tenants: [tenant, otherTenant] },
    });
    const browser = door.newBrowser();
    const start = await browser.ask(`${door.site}/start`, { headers: navigation });
    const consent = await browser.ask(String(start.headers.location), { headers: navigation });
    const callback = new URL(String(consent.headers.location));
    callback.searchParams.set("iss", `${door.provider.origin}/${issuerTenant}/v2.0`);

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
  ])("with xms_edov %j is read as %s", async (verified, email) => {
    const door = await open(claiming({ tid: tenant, ...person, xms_edov: verified }), {
      anyone: true,
    });

    const { identity } = await door.signIn();

    expect(identity?.email).toBe(email);
  });
});

describe("a token of Entra in place of a session", () => {
  it.each([
    [tenant, 200],
    [otherTenant, 401],
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

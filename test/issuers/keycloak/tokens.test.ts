import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { client, Realm } from "../../peers/keycloak.ts";
import { openDoor, type RealmDoor } from "../realm-door.ts";

const credentials = { clientId: "tokens", clientSecret: "the secret of the client" };
const site = "http://localhost"; // no browser comes back to it

/** What the admin console's mapper "Audience" makes. */
const audienceMapper = {
  name: "audience",
  protocol: "openid-connect",
  protocolMapper: "oidc-audience-mapper",
  config: { "included.client.audience": credentials.clientId, "access.token.claim": "true" },
};

/** Clients of programs, by what the operator has changed at them. */
const programs: Readonly<Record<string, object>> = {
  "as it comes": {},
  "for doorward": { protocolMappers: [audienceMapper] },
  "for doorward, at+jwt": {
    protocolMappers: [audienceMapper],
    attributes: { "access.token.header.type.rfc9068": "true" },
  },
};

const realm = new Realm(inject("keycloak"), "one");
let doors: RealmDoor[];

beforeAll(async () => {
  await realm.addClient(client(credentials, site));
  for (const [clientId, changes] of Object.entries(programs)) {
    const program = client({ ...credentials, clientId }, site);
    await realm.addClient({ ...program, directAccessGrantsEnabled: true, ...changes });
  }
  doors = await Promise.all(
    [{ type: "keycloak" }, { type: "keycloak", audience: ["account"] }, { type: "oidc" }].map(
      (settings) =>
        openDoor(async () => ({
          providers: { company: { ...settings, issuer: realm.issuer, ...credentials } },
          access: { emails: ["ada@example.com"] },
          rules: [{ path: "/api/**", bearer: true }],
        })),
    ),
  );
});

afterAll(() => Promise.all(doors.map(({ doorward }) => doorward.close())));

/** What each door answers to one of Ada's tokens. */
async function statuses(
  clientId: string,
  kind: "access_token" | "id_token" | "refresh_token",
  scope = "openid",
) {
  const tokens = await realm.passwordGrant({ ...credentials, clientId }, "ada", scope);
  const answers = await Promise.all(
    doors.map((door) =>
      door.verify(door.newBrowser(), "/api/x", { Authorization: `Bearer ${tokens[kind]}` }),
    ),
  );
  return answers.map(({ status }) => status);
}

function lastReason(door: RealmDoor | undefined): unknown {
  return door?.doorward.events.findLast(({ msg }) => msg === "refused")?.detail;
}

describe("a token of Keycloak for a program", () => {
  it("is accepted as it comes by `type: keycloak` whose `audience` has account", async () => {
    expect(await statuses("as it comes", "access_token")).toEqual([401, 200, 401]);
    expect(lastReason(doors[0])).toMatch(/^aud is .*"account".*, expected tokens$/);
  });

  it("is accepted by `type: keycloak` with doorward's client in its audience", async () => {
    expect(await statuses("for doorward", "access_token")).toEqual([200, 200, 401]);
    expect(lastReason(doors[2])).toMatch(/^header typ is JWT, expected at\+jwt .*type: keycloak/);
  });

  it("is accepted by `type: oidc` with the header of RFC 9068 as well", async () => {
    expect(await statuses("for doorward, at+jwt", "access_token")).toEqual([200, 200, 200]);
  });

  it.each([
    ["id_token", "openid"],
    ["refresh_token", "openid"],
    ["refresh_token", "openid offline_access"],
  ] as const)("is refused if it is the %s of the scope %s", async (kind, scope) => {
    expect(await statuses("for doorward", kind, scope)).toEqual([401, 401, 401]);
  });
});

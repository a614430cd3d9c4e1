import { afterEach, describe, expect, it } from "vitest";
import { rs256, strangerKey, unsigned } from "../peers/jwt.ts";
import { openProviderDoor, type DoorSettings, type ProviderDoor } from "../peers/provider-door.ts";
import type { Issued, Member, StandIn } from "../peers/provider-stand-in.ts";
import { forwarded } from "../peers/sign-in-door.ts";
import { accessTokenOf, keycloak } from "./stand-ins/keycloak.ts";

const ada: Member = {
  id: "470011",
  username: "ada.l",
  name: "Ada Lovelace",
  email: "ada@example.com",
  isVerified: true,
  groups: ["ops"],
};

/** Keycloak with another access token. */
function bringing(accessToken: (issued: Issued) => string): StandIn {
  const tokens = (issued: Issued) => ({
    ...keycloak.tokens(issued),
    access_token: accessToken(issued),
  });
  return { ...keycloak, tokens };
}

let doors: ProviderDoor[] = [];

async function open(standIn: StandIn, settings: DoorSettings = {}): Promise<ProviderDoor> {
  const door = await openProviderDoor("keycloak", standIn, ada, settings);
  doors.push(door);
  return door;
}

afterEach(async () => {
  await Promise.all(doors.map((door) => door.close()));
  doors = [];
});

/** The claims of a valid token, to sign with another key. */
function claimsOf(issued: Issued): Record<string, unknown> {
  const [, payload = ""] = accessTokenOf(issued).split(".");
  return Object(JSON.parse(Buffer.from(payload, "base64url").toString()));
}

describe("a role at Keycloak", () => {
  it("is a group: a realm's role by its name, a client's role after the client's name", async () => {
    const door = await open(keycloak, { access: { groups: ["role:grafana:ops"] } });

    const { identity } = await door.signIn();

    expect(identity?.groups).toContain("role:ops");
    expect(identity?.groups).toContain("role:grafana:ops");
  });

  it.each<[string, (issued: Issued) => string]>([
    [
      "signed with another key",
      (issued) => rs256({ alg: "RS256", kid: "one" }, claimsOf(issued), strangerKey.privateKey),
    ],
    ["without a signature", (issued) => unsigned("none", claimsOf(issued))],
    [
      "of another realm",
      (issued) => accessTokenOf(issued, { iss: `${issued.origin}/realms/other` }),
    ],
    ["of another client", (issued) => accessTokenOf(issued, { azp: "wiki" })],
    ["of no client", (issued) => accessTokenOf(issued, { azp: undefined })],
    ["of another user", (issued) => accessTokenOf(issued, { sub: "470012" })],
    ["that has expired", (issued) => accessTokenOf(issued, { exp: 1_700_000_000 })],
    ["without an expiry", (issued) => accessTokenOf(issued, { exp: undefined })],
    ["that is an ID token", (issued) => accessTokenOf(issued, { typ: "ID" })],
    ["that is not a JWT", ({ accessToken }) => accessToken],
  ])("from an access token %s is rejected, and the sign-in fails", async (_, accessToken) => {
    const door = await open(bringing(accessToken));

    const { answer, identity } = await door.signIn();

    expect([answer.status, identity]).toEqual([400, undefined]);
  });

  it("counts with a bearer token in place of a session too", async () => {
    const { ask, issued } = await openForTokens();

    const good = await ask(accessTokenOf(issued, { aud: "door" }));
    const without = await ask(accessTokenOf(issued, { aud: "door", resource_access: {} }));

    expect([good.status, without.status]).toEqual([200, 403]);
  });

  it("is requested without an offline session, which would outlive the sign-out at Keycloak", async () => {
    const door = await open(keycloak);

    const start = await door.newBrowser().ask(`${door.site}/start`);

    const { searchParams } = new URL(String(start.headers.location));
    expect(searchParams.get("scope")).toBe("openid email profile");
  });
});

/** A door that takes tokens instead of sessions, and a valid sign-in's data to make them from. */
async function openForTokens(provider: Record<string, unknown> = {}, bearer: unknown = true) {
  const door = await open(keycloak, {
    provider,
    access: { groups: ["role:grafana:ops"] },
    rules: [{ path: "/**", bearer }],
  });
  const { origin } = door.provider;
  const ask = (token: string) =>
    door.newBrowser().ask(`${door.site}/verify`, {
      headers: { ...forwarded(door.site), Authorization: `Bearer ${token}` },
    });
  return { door, ask, issued: { origin, member: ada, clientId: "door", accessToken: "one" } };
}

describe("a bearer token of Keycloak, whose header typ is JWT for every kind of token", () => {
  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ["with doorward's client in its audience", {}, { aud: ["door", "account"] }],
    ["of another client, for doorward's", {}, { aud: "door", azp: "wiki" }],
    ["with an audience of the setting `audience`", { audience: ["account"] }, {}],
  ])("is accepted as an access token %s", async (_, provider, twist) => {
    const { ask, issued } = await openForTokens(provider);

    expect((await ask(accessTokenOf(issued, twist))).status).toBe(200);
  });

  it.each(["ID", "Refresh", "Offline", "Logout", "DPoP", "bearer", "constructor", 7, null])(
    "is rejected with the payload typ %j",
    async (typ) => {
      const { door, ask, issued } = await openForTokens();

      expect((await ask(accessTokenOf(issued, { aud: "door", typ }))).status).toBe(401);
      expect(reasons(door)).toEqual([
        expect.stringContaining(`payload typ is ${typ}, header typ is JWT, expected Bearer`),
      ]);
    },
  );

  it("is rejected as an access token by its header's typ alone", async () => {
    const { ask, issued } = await openForTokens({}, { idTokens: true });
    const withHeader = (typ: string | undefined, twist: Record<string, unknown>) =>
      ask(accessTokenOf(issued, { aud: "door", ...twist }, { typ }));

    const statuses = [
      await withHeader("at+jwt", {}),
      await withHeader(undefined, {}),
      await withHeader("JWT", { typ: "ID" }),
      await withHeader("at+jwt", { typ: "ID" }),
      await withHeader("at+jwt", { typ: "Refresh" }),
      await withHeader("logout+jwt", {}),
      await withHeader("logout+jwt", { typ: "Logout" }),
    ].map(({ status }) => status);

    expect(statuses).toEqual([200, 200, 200, 401, 401, 401, 401]);
  });

  it("is rejected with an audience that is not configured, and the log names both", async () => {
    const { door, ask, issued } = await openForTokens({ audience: ["api"] });

    expect((await ask(accessTokenOf(issued))).status).toBe(401);
    expect(reasons(door)).toEqual(['aud is "account", expected door or api']);
  });
});

/** Why tokens were rejected, as the log says it. */
function reasons({ doorward: { events } }: ProviderDoor): unknown[] {
  return events.filter(({ msg }) => msg === "refused").map(({ detail }) => detail);
}

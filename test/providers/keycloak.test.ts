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
    ["without a subject", (issued) => accessTokenOf(issued, { sub: undefined })],
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
    const door = await open(keycloak, {
      access: { groups: ["role:grafana:ops"] },
      rules: [{ path: "/**", bearer: { idTokens: true } }],
    });
    const { origin } = door.provider;
    const issued = { origin, member: ada, clientId: "door", accessToken: "one" };
    const ask = (token: string) =>
      door.newBrowser().ask(`${door.site}/verify`, {
        headers: { ...forwarded(door.site), Authorization: `Bearer ${token}` },
      });

    const good = await ask(accessTokenOf(issued, { aud: "door" }));
    const without = await ask(accessTokenOf(issued, { aud: "door", resource_access: {} }));
    const foreign = await ask(accessTokenOf(issued, { aud: "door", azp: "wiki" }));

    expect([good, without, foreign].map(({ status }) => status)).toEqual([200, 403, 401]);
  });

  it("is requested without an offline session, which would outlive the sign-out at Keycloak", async () => {
    const door = await open(keycloak);

    const start = await door.newBrowser().ask(`${door.site}/start`);

    const { searchParams } = new URL(String(start.headers.location));
    expect(searchParams.get("scope")).toBe("openid email profile");
  });
});

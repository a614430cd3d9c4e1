import { afterEach, describe, expect, it } from "vitest";
import { openProviderDoor, type DoorSettings, type ProviderDoor } from "../peers/provider-door.ts";
import type { Issued, Member, StandIn } from "../peers/provider-stand-in.ts";
import { forwarded } from "../peers/sign-in-door.ts";
import { paidOut } from "./stand-ins/discovered.ts";
import { accessTokenOf, keycloak } from "./stand-ins/keycloak.ts";

const ada: Member = {
  id: "470011",
  username: "ada.l",
  name: "Ada Lovelace",
  email: "ada@example.com",
  isVerified: true,
  groups: ["ops"],
};

let doors: ProviderDoor[] = [];

afterEach(async () => {
  await Promise.all(doors.map((door) => door.close()));
  doors = [];
});

/** Signs Ada in, and asks `/verify` for her. */
async function allowed(standIn: StandIn, settings: DoorSettings) {
  const door = await openProviderDoor("keycloak", standIn, ada, settings);
  doors.push(door);
  const browser = door.newBrowser();
  await browser.open(`${door.site}/start`);
  const answer = await browser.ask(`${door.site}/verify`, { headers: forwarded(door.site) });
  return { door, answer };
}

/** Keycloak with other claims in its tokens. */
function withClaims(access: Record<string, unknown>, id: Record<string, unknown> = {}): StandIn {
  const tokens = (issued: Issued) => ({
    ...paidOut(issued, "/realms/acme", { typ: "ID", azp: issued.clientId, ...id }),
    access_token: accessTokenOf(issued, access),
  });
  return { ...keycloak, tokens };
}

const roles = {
  realm_access: { roles: ["default-roles-acme", "offline_access", "uma_authorization", "ops"] },
  resource_access: {
    account: { roles: ["manage-account", "view-profile"] },
    "my.app": { roles: ["editor", "account:x"] },
  },
};

describe("the roles of Keycloak as claims", () => {
  const headers = {
    "X-Client": "claims.resource_access.my.app.roles",
    "X-Realm": "claims.realm_access.roles",
  };

  it("decide in rules, and are sent in headers", async () => {
    const rule = (role: string) => ({
      path: "/**",
      allow: { claims: { "realm_access.roles": "ops", "resource_access.my.app.roles": role } },
    });
    const editors = await allowed(withClaims(roles), { rules: [rule("editor")], headers });
    const others = await allowed(withClaims(roles), { rules: [rule("owner")], headers });

    expect([editors.answer.status, others.answer.status]).toEqual([200, 403]);
    expect(editors.answer.headers).toMatchObject({
      "x-client": "editor,account:x",
      "x-realm": "default-roles-acme,offline_access,uma_authorization,ops",
    });
  });

  it("are those of the ID token, if a mapper adds them there", async () => {
    const mapped = withClaims(roles, { realm_access: { roles: ["mapped"] } });
    const { answer } = await allowed(mapped, { headers });

    expect(answer.headers).toMatchObject({ "x-client": "editor,account:x", "x-realm": "mapped" });
  });

  it("are the only claims of the access token that count", async () => {
    const { answer } = await allowed(withClaims({ ...roles, department: "d", acr: "gold" }), {
      headers: { "X-Department": "claims.department", "X-Acr": "claims.acr" },
    });

    expect(answer.headers).toMatchObject({ "x-department": "", "x-acr": "" });
  });
});

describe("the roles that every account of Keycloak has", () => {
  const access = { anyone: true };

  it("are not sent as groups", async () => {
    const { answer } = await allowed(withClaims(roles, { groups: ["/staff"] }), { access });

    expect(answer.headers["x-auth-request-groups"]).toBe(
      "/staff,role:ops,role:my.app:editor,role:my.app:account:x",
    );
  });

  it.each<[string, DoorSettings]>([
    ["access", { access: { groups: ["role:offline_access"] } }],
    ["a list of access", { access: { all: [{ groups: ["role:offline_access"] }] } }],
    ["a rule", { access, rules: [{ path: "/**", allow: { groups: ["role:offline_access"] } }] }],
  ])("allow, and are sent, if %s names them", async (_, settings) => {
    const { answer } = await allowed(withClaims(roles), settings);

    expect(answer.status).toBe(200);
    expect(answer.headers["x-auth-request-groups"]).toBe(
      "ops,role:offline_access,role:ops,role:my.app:editor,role:my.app:account:x",
    );
  });

  it("are not taken for those of another client or with a longer name", async () => {
    const similar = {
      realm_access: { roles: ["offline_access2", "my-offline_access", "default-role"] },
      resource_access: { accounts: { roles: ["x"] } },
    };
    const { answer } = await allowed(withClaims(similar), { access });

    expect(answer.headers["x-auth-request-groups"]).toBe(
      "ops,role:offline_access2,role:my-offline_access,role:default-role,role:accounts:x",
    );
  });
});

describe("two groups of one name at Keycloak", () => {
  it("are one group without their paths", async () => {
    const { answer } = await allowed(withClaims({}, { groups: ["dev", "dev", "/a/dev"] }), {});

    expect(answer.headers["x-auth-request-groups"]).toBe("dev,/a/dev,role:ops,role:grafana:ops");
  });
});

describe("a lightweight access token of Keycloak", () => {
  const lightweight = { sub: undefined, aud: undefined, realm_access: undefined };
  const refused: StandIn["api"] = {
    "/realms/acme/protocol/openid-connect/userinfo": () => ({
      status: 401,
      headers: {
        "WWW-Authenticate":
          'Bearer realm="acme", error="invalid_token", error_description="Lightweight access token not allowed"',
      },
      body: "",
    }),
  };
  const rules = [
    { path: "/ops", allow: { groups: ["role:grafana:ops"] } },
    { path: "/**", allow: { emails: ["ada@example.com"] } },
  ];
  const idClaims = { email: "ada@example.com", email_verified: true };
  const askOps = async ({ door }: { door: ProviderDoor }) => {
    const browser = door.newBrowser();
    await browser.open(`${door.site}/start`);
    const headers = { ...forwarded(door.site), "X-Forwarded-Uri": "/ops" };
    return (await browser.ask(`${door.site}/verify`, { headers })).status;
  };
  const reasons = ({ door }: { door: ProviderDoor }) =>
    door.doorward.events.filter(({ msg }) => msg === "denied").map((event) => event.noGroups);

  it.each<[string, Record<string, unknown>, RegExp]>([
    ["without a subject", lightweight, /no subject \(sub\): turn off lightweight/],
    [
      "without roles",
      { realm_access: undefined, resource_access: undefined },
      /neither realm_access nor resource_access: turn off lightweight/,
    ],
  ])("%s signs in without groups, and the log has the reason", async (_, claims, reason) => {
    const standIn = { ...withClaims(claims, idClaims), api: refused };
    const signedIn = await allowed(standIn, { rules });

    expect(signedIn.answer.status).toBe(200);
    expect(signedIn.answer.headers["x-auth-request-groups"]).toBe("");
    expect(await askOps(signedIn)).toBe(403);
    expect(reasons(signedIn)).toEqual([expect.stringMatching(reason)]);
  });

  it("has no claims that count, even if it contains roles", async () => {
    const standIn = { ...withClaims({ ...roles, sub: undefined }, idClaims), api: refused };
    const { answer } = await allowed(standIn, {
      rules,
      headers: { "X-Realm": "claims.realm_access.roles" },
    });

    expect([answer.status, answer.headers["x-realm"]]).toEqual([200, ""]);
  });

  it("is not in the log, even if the refusal of userinfo quotes it", async () => {
    const quoting: StandIn["api"] = {
      "/realms/acme/protocol/openid-connect/userinfo": () => ({
        status: 401,
        headers: {
          "WWW-Authenticate":
            'Bearer error="invalid_token", error_description="No: eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"',
        },
        body: "",
      }),
    };
    const noRoles = { realm_access: { roles: [] }, resource_access: {} };
    const standIn = { ...withClaims(noRoles, { ...idClaims, groups: undefined }), api: quoting };
    const signedIn = await allowed(standIn, { rules });
    await askOps(signedIn);

    expect(reasons(signedIn)).toEqual([
      expect.stringContaining('userinfo refused the access token: invalid_token "No: …"'),
    ]);
  });

  it("keeps its roles although userinfo refuses it", async () => {
    const signedIn = await allowed({ ...withClaims(roles, idClaims), api: refused }, { rules });

    expect(signedIn.answer.headers["x-auth-request-groups"]).toContain("role:my.app:editor");
  });

  it("does not vouch for an address by trustEmail, which userinfo could have denied", async () => {
    const unverified = { email: "ada@example.com", email_verified: undefined };
    const settings = { rules, provider: { trustEmail: true } };
    const standIn = withClaims(roles, unverified);

    const { answer } = await allowed({ ...standIn, api: refused }, settings);

    expect(answer.status).toBe(403);
  });

  it("is confirmed at a renewal by its new ID token", async () => {
    const standIn = { ...withClaims(lightweight, idClaims), api: refused };
    const { door } = await allowed(standIn, { rules });

    expect(await door.again(ada.id)).toMatchObject({ email: "ada@example.com", groups: [] });
  });
});

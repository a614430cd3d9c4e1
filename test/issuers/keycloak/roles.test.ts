import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { client, Realm } from "../../peers/keycloak.ts";
import { openDoor, type RealmDoor } from "../realm-door.ts";

const clientSecret = "the secret of the client";

/** What the admin console's mapper "Group Membership" makes. */
const groupMapper = (isFullPath: boolean) => ({
  name: "groups",
  protocol: "openid-connect",
  protocolMapper: "oidc-group-membership-mapper",
  config: {
    "claim.name": "groups",
    "full.path": String(isFullPath),
    "id.token.claim": "true",
    "userinfo.token.claim": "true",
  },
});

/** Clients of doorward, by what the operator has changed at them. */
const clients: Readonly<Record<string, object>> = {
  usual: {},
  paths: { protocolMappers: [groupMapper(true)] },
  names: { protocolMappers: [groupMapper(false)] },
  lightweight: { attributes: { "client.use.lightweight.access.token.enabled": "true" } },
};

let door: RealmDoor;

beforeAll(async () => {
  const realm = new Realm(inject("keycloak"), "one");
  door = await openDoor(async (site) => {
    const providers: Record<string, unknown> = {};
    for (const [clientId, changes] of Object.entries(clients)) {
      await realm.addClient({ ...client({ clientId, clientSecret }, site), ...changes });
      providers[clientId] = { type: "keycloak", issuer: realm.issuer, clientId, clientSecret };
    }
    return {
      providers,
      access: { emails: ["ada@example.com"] },
      rules: [
        { path: "/ops", allow: { groups: ["role:ops"] } },
        {
          path: "/editors",
          allow: { claims: { "resource_access.grafana.roles": "editor" } },
        },
      ],
      headers: {
        "X-Auth-Request-Email": "email",
        "X-Auth-Request-Groups": "groups",
        "X-Grafana": "claims.resource_access.grafana.roles",
        "X-Realm": "claims.realm_access.roles",
      },
    };
  });
});

afterAll(() => door.doorward.close());

async function signedIn(provider: string) {
  const browser = door.newBrowser();
  await door.signIn(browser, provider, "ada");
  return browser;
}

describe("the roles of a person at Keycloak", () => {
  it("are groups without those that everyone has, and claims for rules and headers", async () => {
    const browser = await signedIn("usual");

    const answers = [
      await door.verify(browser),
      await door.verify(browser, "/ops"),
      await door.verify(browser, "/editors"),
    ];

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers[0]?.headers).toMatchObject({
      "x-auth-request-groups": "role:ops,role:grafana:editor",
      "x-grafana": "editor",
    });
    expect(String(answers[0]?.headers["x-realm"]).split(",").toSorted()).toEqual([
      "default-roles-one",
      "offline_access",
      "ops",
      "uma_authorization",
    ]);
  });

  it("do not count with lightweight access tokens, and the log has the reason", async () => {
    const browser = await signedIn("lightweight");

    const answer = await door.verify(browser);
    const ops = await door.verify(browser, "/ops");

    expect([answer.status, ops.status]).toEqual([200, 403]);
    expect(answer.headers).toMatchObject({
      "x-auth-request-email": "ada@example.com",
      "x-auth-request-groups": "",
    });
    expect(door.doorward.events.findLast(({ msg }) => msg === "denied")).toMatchObject({
      noGroups: expect.stringContaining("turn off lightweight access tokens"),
    });
  });
});

describe("two groups of one name at Keycloak", () => {
  it("are told apart by their full paths, and one group without", async () => {
    const groups = async (provider: string) => {
      const { headers } = await door.verify(await signedIn(provider));
      // Keycloak lists groups in any order.
      return String(headers["x-auth-request-groups"]).split(",").toSorted();
    };

    const roles = ["role:grafana:editor", "role:ops"];
    expect(await groups("paths")).toEqual(["/a/dev", "/b/dev", ...roles]);
    expect(await groups("names")).toEqual(["dev", ...roles]);
  });
});

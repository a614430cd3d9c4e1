import { type KeycloakAddress, person, Realm } from "../../peers/keycloak.ts";

/**
 * Two equal realms, because each takes seconds to make: a file adds clients of its own. Ada has a role of the realm, one
 * of the client grafana, and two groups of the same name.
 */
export async function createRealms(keycloak: KeycloakAddress): Promise<void> {
  const parts = {
    people: [
      person("ada", {
        realmRoles: ["ops"],
        clientRoles: { grafana: ["editor"] },
        groups: ["/a/dev", "/b/dev"],
      }),
      person("bob"),
    ],
    clients: [{ clientId: "grafana", enabled: true }],
    roles: { realm: [{ name: "ops" }], client: { grafana: [{ name: "editor" }] } },
    groups: ["a", "b"].map((name) => ({ name, subGroups: [{ name: "dev" }] })),
  };
  await Promise.all(["one", "two"].map((name) => Realm.create(keycloak, name, parts)));
}

import type { TestProject } from "vitest/node";
import { startKeycloak } from "../../peers/keycloak-server.ts";
import { type KeycloakAddress, person, Realm } from "../../peers/keycloak.ts";

declare module "vitest" {
  interface ProvidedContext {
    keycloak: KeycloakAddress;
  }
}

/** One Keycloak with two realms for all files, because each realm takes seconds: a file adds clients of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { address, stop } = await startKeycloak();
  project.provide("keycloak", address);
  const people = [person("ada"), person("bob")];
  await Promise.all(["one", "two"].map((name) => Realm.create(address, name, { people })));
  return stop;
}

import type { TestProject } from "vitest/node";
import { startKeycloak } from "../../peers/keycloak-server.ts";
import type { KeycloakAddress } from "../../peers/keycloak.ts";
import { createRealms } from "./realms.ts";

declare module "vitest" {
  interface ProvidedContext {
    keycloak: KeycloakAddress;
  }
}

/** One Keycloak for all files. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { address, stop } = await startKeycloak();
  project.provide("keycloak", address);
  await createRealms(address);
  return stop;
}

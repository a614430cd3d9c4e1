import { adfs } from "./adfs.ts";
import { azure } from "./azure.ts";
import { cidaas } from "./cidaas.ts";
import { entraId } from "./entra-id.ts";
import { github } from "./github.ts";
import { gitlab } from "./gitlab.ts";
import { google } from "./google.ts";
import { keycloak } from "./keycloak.ts";
import { oidc } from "./oidc.ts";
import type { Provider } from "./provider.ts";

/** Every kind of provider by the word that `type` takes. */
export const providers: ReadonlyMap<string, Provider> = new Map(
  [adfs, azure, cidaas, entraId, github, gitlab, google, keycloak, oidc].map((provider) => [
    provider.kind,
    provider,
  ]),
);

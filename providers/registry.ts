import { adfs } from "./adfs.ts";
import { azure } from "./azure.ts";
import { bitbucket } from "./bitbucket.ts";
import { cidaas } from "./cidaas.ts";
import { digitalocean } from "./digitalocean.ts";
import { discord } from "./discord.ts";
import { entraId } from "./entra-id.ts";
import { facebook } from "./facebook.ts";
import { github } from "./github.ts";
import { gitlab } from "./gitlab.ts";
import { google } from "./google.ts";
import { keycloak } from "./keycloak.ts";
import { nextcloud } from "./nextcloud.ts";
import { oidc } from "./oidc.ts";
import type { Provider } from "./provider.ts";
import { sourcehut } from "./sourcehut.ts";

/** Every kind of provider by the word that `type` takes. */
export const providers: ReadonlyMap<string, Provider> = new Map(
  [
    adfs,
    azure,
    bitbucket,
    cidaas,
    digitalocean,
    discord,
    entraId,
    facebook,
    github,
    gitlab,
    google,
    keycloak,
    nextcloud,
    oidc,
    sourcehut,
  ].map((provider) => [provider.kind, provider]),
);

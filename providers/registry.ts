import { bitbucket } from "./bitbucket.ts";
import { digitalocean } from "./digitalocean.ts";
import { discord } from "./discord.ts";
import { facebook } from "./facebook.ts";
import { github } from "./github.ts";
import { google } from "./google.ts";
import { nextcloud } from "./nextcloud.ts";
import { oidc } from "./oidc.ts";
import type { Provider } from "./provider.ts";
import { sourcehut } from "./sourcehut.ts";

/** Every kind of provider by the word that `type` takes. */
export const providers: ReadonlyMap<string, Provider> = new Map(
  [bitbucket, digitalocean, discord, facebook, github, google, nextcloud, oidc, sourcehut].map(
    (provider) => [provider.kind, provider],
  ),
);

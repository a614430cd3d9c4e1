import { identify } from "../../../providers/openid.ts";
import { providers } from "../../../providers/registry.ts";
import type { StandIn } from "../../peers/provider-stand-in.ts";
import { adfs } from "./adfs.ts";
import { apple } from "./apple.ts";
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
import { linkedin } from "./linkedin.ts";
import { nextcloud } from "./nextcloud.ts";
import { openidStandIn } from "./openid.ts";
import { slack } from "./slack.ts";
import { sourcehut } from "./sourcehut.ts";
import { twitch } from "./twitch.ts";
import { zitadel } from "./zitadel.ts";

/** Every kind with code of its own has one file in this folder and one entry here. */
const special: Readonly<Record<string, StandIn>> = {
  adfs,
  apple,
  azure,
  bitbucket,
  cidaas,
  digitalocean,
  discord,
  "entra-id": entraId,
  facebook,
  github,
  gitlab,
  google,
  keycloak,
  linkedin,
  nextcloud,
  slack,
  sourcehut,
  twitch,
  zitadel,
};

/** Every kind of the registry with its stand-in; undefined = missing, which fails the contract test. */
export const standIns: readonly (readonly [kind: string, standIn: StandIn | undefined])[] = [
  ...providers.values(),
].map((provider) => {
  const isDataOnly = provider.identify === identify;
  return [
    provider.kind,
    special[provider.kind] ?? (isDataOnly ? openidStandIn(provider) : undefined),
  ];
});

import { identify } from "../../../providers/openid.ts";
import { providers } from "../../../providers/registry.ts";
import type { StandIn } from "../../peers/provider-stand-in.ts";
import { apple } from "./apple.ts";
import { bitbucket } from "./bitbucket.ts";
import { digitalocean } from "./digitalocean.ts";
import { discord } from "./discord.ts";
import { facebook } from "./facebook.ts";
import { github } from "./github.ts";
import { linkedin } from "./linkedin.ts";
import { nextcloud } from "./nextcloud.ts";
import { openidStandIn } from "./openid.ts";
import { slack } from "./slack.ts";
import { sourcehut } from "./sourcehut.ts";
import { twitch } from "./twitch.ts";
import { zitadel } from "./zitadel.ts";

/** Of every kind that is more than data: one file beside this one, and one entry here. */
const special: Readonly<Record<string, StandIn>> = {
  apple,
  bitbucket,
  digitalocean,
  discord,
  facebook,
  github,
  linkedin,
  nextcloud,
  slack,
  sourcehut,
  twitch,
  zitadel,
};

/** Every kind of the registry with its stand-in; `undefined` = nobody wrote one, and the contract says so. */
export const standIns: readonly (readonly [kind: string, standIn: StandIn | undefined])[] = [
  ...providers.values(),
].map((provider) => {
  const isDataOnly = provider.identify === identify;
  return [
    provider.kind,
    special[provider.kind] ?? (isDataOnly ? openidStandIn(provider) : undefined),
  ];
});

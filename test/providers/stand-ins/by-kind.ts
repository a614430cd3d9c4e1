import { identify } from "../../../providers/openid.ts";
import { providers } from "../../../providers/registry.ts";
import type { StandIn } from "../../peers/provider-stand-in.ts";
import { apple } from "./apple.ts";
import { github } from "./github.ts";
import { linkedin } from "./linkedin.ts";
import { openidStandIn } from "./openid.ts";
import { slack } from "./slack.ts";
import { twitch } from "./twitch.ts";
import { zitadel } from "./zitadel.ts";

/** Of every kind that is more than data: one file beside this one, and one entry here. */
const special: Readonly<Record<string, StandIn>> = {
  apple,
  github,
  linkedin,
  slack,
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

import { proxyFiles } from "../../server/tools/proxy-files.ts";
import { Browser } from "../peers/browser.ts";
import { configOf, startDoorward } from "../peers/doorward.ts";
import { startEchoApp, type EchoApp } from "../peers/echo-app.ts";
import { startNginx } from "../peers/nginx.ts";
import { client } from "../peers/provider-grants.ts";
import {
  startStandIn,
  type Member,
  type RunningStandIn,
  type StandIn,
} from "../peers/provider-stand-in.ts";

export const app = "https://app.example.com";
export const portal = "https://auth.example.com";
const hosts = ["app.example.com", "auth.example.com"];

/** A provider stand-in, nginx with its printed configuration, doorward, and the app behind them. */
export interface ProviderStand {
  readonly provider: RunningStandIn;
  readonly echo: EchoApp;
  /** How far doorward's clock is ahead. */
  readonly clock: { aheadMs: number };
  /** A new browser that is signed in at the provider as this member. */
  browserOf(member: Member): Browser;
  close(): Promise<void>;
}

export async function openProviderStand(
  kind: string,
  standIn: StandIn,
  settings: Record<string, unknown>,
): Promise<ProviderStand> {
  const clock = { aheadMs: 0 };
  const provider = await startStandIn(standIn, placeholder);
  provider.registered = `${portal}/callback`;
  const config = configOf({
    url: portal,
    cookie: { domain: "example.com" },
    providers: { [kind]: { ...client, ...standIn.settings(provider.origin) } },
    session: { refresh: "1h" },
    ...settings,
  });
  const doorward = await startDoorward(config, { now: () => Date.now() + clock.aheadMs });
  const echo = await startEchoApp();
  const { files } = proxyFiles(config, "nginx");
  const wiring = { files, hosts, doorwardPort: doorward.port, appPort: echo.port };
  const proxy = await startNginx(wiring);
  return {
    provider,
    echo,
    clock,
    browserOf(member) {
      provider.member = member;
      return new Browser(new Map(hosts.map((host) => [`${host}:443`, proxy.https])));
    },
    async close() {
      await proxy.stop();
      await Promise.all([doorward.close(), echo.close(), provider.close()]);
    },
  };
}

const placeholder: Member = {
  id: "0",
  username: "placeholder",
  name: "Placeholder",
  email: undefined,
  isVerified: false,
  groups: [],
};

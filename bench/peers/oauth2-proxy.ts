import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../test/peers/free-port.ts";
import { oauth2ProxyConfig } from "../../test/peers/oauth2-proxy.ts";
import { client, ownSignIn, signInHost, type PreparedGatekeeper } from "./gatekeeper.ts";

/** How to run oauth2-proxy. */
interface OAuth2ProxySettings {
  /** Its path. */
  readonly program: string;
  readonly issuer: string;
  /** Where it stores sessions; without it, the whole session is in the visitor's cookie. */
  readonly redisUrl?: string | undefined;
}

/** Writes its configuration for https://app.example.com. */
export async function prepareOAuth2Proxy(
  settings: OAuth2ProxySettings,
): Promise<PreparedGatekeeper> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), "doorward-bench-"));
  const file = join(folder, "oauth2-proxy.cfg");
  await writeFile(file, configuration(port, settings));
  return {
    name: "oauth2-proxy",
    port,
    words: [settings.program, "--config", file],
    verify: { path: "/oauth2/auth", status: 202, identityHeader: "x-auth-request-email" },
    ...ownSignIn("/oauth2/start"),
    remove: () => rm(folder, { recursive: true }),
  };
}

function configuration(port: number, { issuer, redisUrl }: OAuth2ProxySettings): string {
  const store =
    redisUrl === undefined
      ? []
      : ['session_store_type = "redis"', `redis_connection_url = "${redisUrl}"`];
  return oauth2ProxyConfig(issuer, client, port, [
    `redirect_url = "https://${signInHost}/oauth2/callback"`,
    'cookie_domains = [".example.com"]',
    'whitelist_domains = [".example.com"]',
    'email_domains = ["*"]',
    'allowed_groups = ["ops"]',
    "reverse_proxy = true",
    "set_xauthrequest = true",
    "skip_provider_button = true",
    // By default it logs each request. doorward does not, so the comparison does not count it.
    "request_logging = false",
    ...store,
  ]);
}

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../test/peers/free-port.ts";
import { oauth2ProxyConfig } from "../../test/peers/oauth2-proxy.ts";
import { app, client, signInHeaders, signInHost, type Gatekeeper } from "./gatekeeper.ts";
import { startProgram } from "./start-program.ts";

/** How to run oauth2-proxy. */
interface OAuth2ProxySettings {
  /** Its path. */
  readonly program: string;
  readonly issuer: string;
  /** Where it stores sessions; without it, the whole session is in the visitor's cookie. */
  readonly redisUrl?: string;
}

/** Starts oauth2-proxy on the measured core. */
export async function startOAuth2Proxy(settings: OAuth2ProxySettings): Promise<Gatekeeper> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), "doorward-bench-"));
  const file = await writeOAuth2ProxyConfig(folder, port, settings);
  const words = [settings.program, "--config", file];
  const server = await startProgram("oauth2-proxy", { port, path: "/ping" }, words);
  const close = async () => {
    await server.close();
    await rm(folder, { recursive: true });
  };
  return { ...server, ...oauth2ProxyRequests, close };
}

/** Its requests and responses, the same for each store. */
const oauth2ProxyRequests = {
  verify: { path: "/oauth2/auth", status: 202, identityHeader: "x-auth-request-email" },
  start: { path: `/oauth2/start?rd=${encodeURIComponent(`${app}/`)}`, headers: signInHeaders },
  callback: ({ pathname, search }) => ({ path: pathname + search, headers: signInHeaders }),
} as const satisfies Pick<Gatekeeper, "verify" | "start" | "callback">;

/** Writes a configuration for https://app.example.com, and returns its path. */
async function writeOAuth2ProxyConfig(
  folder: string,
  port: number,
  { issuer, redisUrl }: OAuth2ProxySettings,
): Promise<string> {
  const store =
    redisUrl === undefined
      ? []
      : ['session_store_type = "redis"', `redis_connection_url = "${redisUrl}"`];
  const config = oauth2ProxyConfig(issuer, client, port, [
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
  const file = join(folder, "oauth2-proxy.cfg");
  await writeFile(file, config);
  return file;
}

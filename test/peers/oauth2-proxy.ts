import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const program = join(import.meta.dirname, ".programs/oauth2-proxy");
const startTimeoutMs = 30_000;
export const oauth2ProxyCookieSecret = "0123456789abcdef0123456789abcdef";

interface RunningOAuth2Proxy {
  stop(): Promise<void>;
}

interface Client {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** A configuration that listens on a port of 127.0.0.1 over http; `lines` are added. */
export function oauth2ProxyConfig(
  issuer: string,
  { clientId, clientSecret }: Client,
  port: number,
  lines: readonly string[],
): string {
  return [
    'provider = "oidc"',
    `oidc_issuer_url = "${issuer}"`,
    `client_id = "${clientId}"`,
    `client_secret = "${clientSecret}"`,
    `http_address = "127.0.0.1:${port}"`,
    `cookie_secret = "${oauth2ProxyCookieSecret}"`,
    "cookie_secure = false",
    'code_challenge_method = "S256"',
    'scope = "openid email profile"',
    'upstreams = ["static://202"]',
    ...lines,
  ].join("\n");
}

/** Runs oauth2-proxy to its end. */
export function runOAuth2Proxy(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(program, args, { env: environment });
  return { status, output: `${stdout}${stderr}` };
}

/** Runs oauth2-proxy with a configuration that listens on this port of 127.0.0.1, and waits until it answers. */
export async function startOAuth2Proxy(config: string, port: number): Promise<RunningOAuth2Proxy> {
  const folder = await mkdtemp(join(tmpdir(), "doorward-oauth2-proxy-"));
  const file = join(folder, "oauth2-proxy.cfg");
  await writeFile(file, config);
  const child = spawn(program, ["--config", file], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output = (output + String(chunk)).slice(-8_192);
    });
  const killChild = () => child.kill();
  process.once("exit", killChild);
  const stop = async () => {
    process.off("exit", killChild);
    if (child.exitCode === null && child.signalCode === null) {
      child.kill();
      await once(child, "exit");
    }
    await rm(folder, { recursive: true, force: true });
  };
  const deadline = Date.now() + startTimeoutMs;
  while (!(await answers(port))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`oauth2-proxy did not start: ${output}`);
    }
    await pause(50);
  }
  return { stop };
}

async function answers(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/ping`)).ok;
  } catch {
    return false; // it does not listen yet
  }
}

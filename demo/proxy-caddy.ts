import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChild } from "./proxy-child.ts";
import type { Ports, Proxy } from "./front.ts";

/** Caddy with the Caddyfile in this folder, which reads its ports from the environment. */
export async function startCaddy(program: string, ports: Ports): Promise<Proxy> {
  const folder = await mkdtemp(join(tmpdir(), "doorward-demo-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const child = await startChild({
      program,
      args: ["run", "--config", join(import.meta.dirname, "Caddyfile"), "--adapter", "caddyfile"],
      env: {
        HOME: folder,
        XDG_CONFIG_HOME: folder,
        XDG_DATA_HOME: folder,
        DEMO_PORT: String(ports.port),
        DEMO_DOORWARD: `127.0.0.1:${ports.doorward}`,
        DEMO_APP: `127.0.0.1:${ports.app}`,
      },
      port: ports.port,
    });
    return { close: () => child.end().finally(remove) };
  } catch (error) {
    await remove();
    throw error;
  }
}

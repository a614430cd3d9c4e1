import { join } from "node:path";
import { caddyfile } from "./caddyfile.ts";
import { startConfigured } from "./proxy-configured.ts";
import type { Ports, Proxy } from "./front.ts";

export function startCaddy(program: string, ports: Ports): Promise<Proxy> {
  return startConfigured({ name: "Caddyfile", text: caddyfile(ports) }, (folder) => ({
    program,
    args: ["run", "--config", join(folder, "Caddyfile"), "--adapter", "caddyfile"],
    env: { HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder },
    port: ports.port,
  }));
}

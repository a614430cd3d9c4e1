import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rewired, startProxy, type Ports, type Proxy, type Wiring } from "./proxy-process.ts";

/** The real Caddy with the output of `doorward config caddy`; only upstreams and ports are changed. */
export function startCaddy(wiring: Wiring): Promise<Proxy> {
  return startProxy(wiring, async (folder, ports) => {
    const files = rewired(wiring.files, {
      "127.0.0.1:4180": `127.0.0.1:${wiring.doorwardPort}`,
      "127.0.0.1:8080": `127.0.0.1:${wiring.appPort}`,
    });
    for (const [name, text] of files) {
      const isSite = name === "Caddyfile";
      await writeFile(join(folder, name), isSite ? globalOptions(folder, ports) + text : text);
    }
    return {
      program: wiring.program ?? "caddy",
      args: ["run", "--config", "Caddyfile", "--adapter", "caddyfile"],
      environment: { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    };
  });
}

/** Certificates from Caddy's own CA, and only the test's folder and ports. */
function globalOptions(folder: string, { http, https }: Ports): string {
  return `{
    admin off
    local_certs
    skip_install_trust
    storage file_system ${folder}
    default_bind 127.0.0.1
    http_port ${http}
    https_port ${https}
    grace_period 1s
    servers {
      protocols h1 h2
    }
  }
  `;
}

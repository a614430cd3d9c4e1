import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  renaming,
  rewired,
  startProxy,
  type Ports,
  type Proxy,
  type Wiring,
} from "./proxy-process.ts";

const deployed = join(import.meta.dirname, "../../deploy/caddy");

/** The real Caddy with one of the files of `deploy/caddy`: only the upstreams differ, and the ports. */
export function startCaddy(wiring: Wiring): Promise<Proxy> {
  return startProxy(wiring, async (folder, ports) => {
    const files = rewired(await readDeployed(wiring.file), {
      ...renaming(wiring, ", "),
      "127.0.0.1:4180": `127.0.0.1:${wiring.doorwardPort}`,
      "127.0.0.1:8080": `127.0.0.1:${wiring.appPort}`,
    });
    for (const [name, text] of files) {
      const isSite = name === wiring.file;
      await writeFile(join(folder, name), isSite ? globalOptions(folder, ports) + text : text);
    }
    return {
      program: "caddy",
      args: ["run", "--config", wiring.file, "--adapter", "caddyfile"],
      environment: { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    };
  });
}

async function readDeployed(file: string): Promise<Map<string, string>> {
  const texts = [file, "doorward.caddy"].map(async (name) => {
    return [name, await readFile(join(deployed, name), "utf8")] as const;
  });
  return new Map(await Promise.all(texts));
}

/** Certificates of Caddy's own making, and nothing outside the test's folder and ports. */
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

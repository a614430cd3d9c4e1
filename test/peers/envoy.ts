import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathOf } from "./programs.ts";
import { rewired, startProxy, type Proxy, type Wiring } from "./proxy-process.ts";
import { createCertificate } from "./tls.ts";

/** The real Envoy with the output of `doorward config envoy`; only addresses and paths are changed. */
export function startEnvoy(wiring: Wiring): Promise<Proxy> {
  return startProxy(wiring, async (folder, { http, https }) => {
    await mkdir(join(folder, "tls"));
    createCertificate(join(folder, "tls/example.com"), wiring.hosts);
    const files = rewired(wiring.files, {
      ...addresses(wiring),
      "/etc/envoy/": `${folder}/`,
    });
    const moved = (files.get("envoy.yaml") ?? "")
      .replaceAll('address: "::",', "address: 127.0.0.1,")
      .replaceAll(", ipv4_compat: true", "")
      .replace("port_value: 80 }", `port_value: ${http} }`)
      .replace("port_value: 443 }", `port_value: ${https} }`);
    await writeFile(join(folder, "envoy.yaml"), moved);
    // Two Envoys of one machine must not share their memory for hot restarts.
    const args = [
      "-c",
      "envoy.yaml",
      "--log-level",
      "error",
      "--use-dynamic-base-id",
      "--file-flush-interval-msec",
      "50",
    ];
    return { program: wiring.program ?? pathOf("envoy"), args };
  });
}

function addresses({ doorwardPort, appPort }: Wiring): Record<string, string> {
  return {
    "port_value: 4180": `port_value: ${doorwardPort}`,
    "port_value: 8080": `port_value: ${appPort}`,
  };
}

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startEnvoyDouble } from "./doubles/envoy.ts";
import { startProxy, startStandIn, rewired, type Proxy, type Wiring } from "./proxy-process.ts";
import { createCertificate } from "./tls.ts";

/** Envoy with the output of `doorward config envoy`: the program in ENVOY_BIN, or the double. */
export function startEnvoy(wiring: Wiring): Promise<Proxy> {
  const { ENVOY_BIN: program } = process.env;
  if (program === undefined) {
    const text = rewired(wiring.files, addresses(wiring)).get("envoy.yaml") ?? "";
    return startStandIn(wiring, (folder, listening) => startEnvoyDouble(text, folder, listening));
  }
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
    return { program, args: ["-c", "envoy.yaml", "--log-level", "error"] };
  });
}

function addresses({ doorwardPort, appPort }: Wiring): Record<string, string> {
  return {
    "port_value: 4180": `port_value: ${doorwardPort}`,
    "port_value: 8080": `port_value: ${appPort}`,
  };
}

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startTraefikDouble } from "./doubles/traefik.ts";
import { rewired, startProxy, startStandIn, type Proxy, type Wiring } from "./proxy-process.ts";
import { createCertificate } from "./tls.ts";

/** Traefik with the output of `doorward config traefik`: the program in TRAEFIK_BIN, or the double. */
export function startTraefik(wiring: Wiring): Promise<Proxy> {
  const { TRAEFIK_BIN: program } = process.env;
  const files = rewired(wiring.files, {
    "127.0.0.1:4180": `127.0.0.1:${wiring.doorwardPort}`,
    "127.0.0.1:8080": `127.0.0.1:${wiring.appPort}`,
  });
  const settings = files.get("traefik.yaml") ?? "";
  const dynamic = files.get("dynamic/doorward.yaml") ?? "";
  if (program === undefined) {
    return startStandIn(wiring, (_, listening) =>
      startTraefikDouble({ settings, dynamic }, listening),
    );
  }
  return startProxy(wiring, async (folder, { http, https }) => {
    const certificate = join(folder, "example.com");
    createCertificate(certificate, wiring.hosts);
    await mkdir(join(folder, "dynamic"));
    const moved = settings
      .replace('":80"', `"127.0.0.1:${http}"`)
      .replace('":443"', `"127.0.0.1:${https}"`)
      .replace("/etc/traefik/", `${folder}/`);
    const tls = `tls:\n  certificates:\n    - { certFile: ${certificate}.pem, keyFile: ${certificate}.key }\n`;
    await writeFile(join(folder, "traefik.yaml"), moved);
    await writeFile(join(folder, "dynamic/doorward.yaml"), dynamic);
    await writeFile(join(folder, "dynamic/tls.yaml"), tls);
    return { program, args: ["--configFile=traefik.yaml"] };
  });
}

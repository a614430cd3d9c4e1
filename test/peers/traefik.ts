import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathOf } from "./programs.ts";
import { rewired, startProxy, type Proxy, type Wiring } from "./proxy-process.ts";
import { createCertificate } from "./tls.ts";

/** The real Traefik with the output of `doorward config traefik`; only addresses and paths are changed. */
export function startTraefik(wiring: Wiring): Promise<Proxy> {
  return startTraefikWith(wiring, "", ["doorward.yaml", "zz-doorward-tls.yaml"]);
}

/**
 * The same with another provider of Traefik's in the static file, and with these files in the folder of the file
 * provider.
 */
export function startTraefikWith(
  wiring: Wiring,
  provider: string,
  dynamic: readonly string[],
): Promise<Proxy> {
  return startProxy(wiring, async (folder, { http, https }) => {
    const certificate = join(folder, "example.com");
    createCertificate(certificate, wiring.hosts);
    await mkdir(join(folder, "dynamic"));
    const files = rewired(wiring.files, {
      "127.0.0.1:4180": `127.0.0.1:${wiring.doorwardPort}`,
      "127.0.0.1:8080": `127.0.0.1:${wiring.appPort}`,
      "/etc/traefik/": `${folder}/`,
    });
    const moved = (files.get("traefik.yaml") ?? "")
      .replace('":80"', `"127.0.0.1:${http}"`)
      .replace('":443"', `"127.0.0.1:${https}"`)
      .concat(provider);
    await writeFile(join(folder, "traefik.yaml"), moved);
    const tls = `tls:\n  certificates:\n    - { certFile: ${certificate}.pem, keyFile: ${certificate}.key }\n`;
    await writeFile(join(folder, "dynamic/tls.yaml"), tls);
    for (const name of dynamic)
      await writeFile(join(folder, "dynamic", name), files.get(`dynamic/${name}`) ?? "");
    return { program: wiring.program ?? pathOf("traefik"), args: ["--configFile=traefik.yaml"] };
  });
}

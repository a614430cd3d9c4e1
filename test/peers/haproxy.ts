import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rewired, startProxy, type Proxy, type Wiring } from "./proxy-process.ts";
import { createCertificate } from "./tls.ts";

/** The real HAProxy with what is printed for it: only addresses and paths differ. */
export function startHaproxy(wiring: Wiring): Promise<Proxy> {
  return startProxy(wiring, async (folder, { http, https }) => {
    await mkdir(join(folder, "tls"));
    const certificate = join(folder, "tls/example.com");
    createCertificate(certificate, wiring.hosts);
    // HAProxy looks for the key in the certificate's own name.
    await writeFile(`${certificate}.pem.key`, await readFile(`${certificate}.key`));
    const files = rewired(wiring.files, {
      "/etc/haproxy/tls/": `${certificate}.pem`,
      "/etc/haproxy/": `${folder}/`,
      "127.0.0.1:4180": `127.0.0.1:${wiring.doorwardPort}`,
      "127.0.0.1:8080": `127.0.0.1:${wiring.appPort}`,
      "bind :80\n": `bind 127.0.0.1:${http}\n`,
      "bind :443 ": `bind 127.0.0.1:${https} `,
    });
    for (const [name, text] of files) await writeFile(join(folder, name), text);
    return { program: "haproxy", args: ["-db", "-f", "haproxy.cfg"] };
  });
}

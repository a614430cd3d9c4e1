import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rewired, startProxy, type Ports, type Proxy, type Wiring } from "./proxy-process.ts";
import { createCertificate } from "./tls.ts";

/** The real HAProxy with the output of `doorward config haproxy`; only addresses and paths are changed. */
export function startHaproxy(wiring: Wiring): Promise<Proxy> {
  return startProxy(wiring, async (folder, ports) => {
    await mkdir(join(folder, "tls"));
    const certificate = join(folder, "tls/example.com");
    createCertificate(certificate, wiring.hosts);
    // HAProxy derives the name of the key file from the certificate's.
    await writeFile(`${certificate}.pem.key`, await readFile(`${certificate}.key`));
    const files = rewired(wiring.files, {
      "/etc/haproxy/tls/": `${certificate}.pem`,
      "/etc/haproxy/": `${folder}/`,
      "127.0.0.1:4180": `127.0.0.1:${wiring.doorwardPort}`,
      "127.0.0.1:8080": `127.0.0.1:${wiring.appPort}`,
    });
    for (const [name, text] of files) await writeFile(join(folder, name), listening(text, ports));
    return { program: wiring.program ?? "haproxy", args: ["-db", "-f", "haproxy.cfg"] };
  });
}

function listening(text: string, { http, https }: Ports): string {
  const moved = new Map([
    ["80", http],
    ["443", https],
  ]);
  return text.replace(
    /\bbind :(\d+)/g,
    (_, port: string) => `bind 127.0.0.1:${moved.get(port) ?? port}`,
  );
}

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rewired, startProxy, type Ports, type Proxy, type Wiring } from "./proxy-process.ts";
import { createCertificate } from "./tls.ts";

/** The real nginx with the output of `doorward config nginx`; only addresses and paths are changed. */
export function startNginx(wiring: Wiring): Promise<Proxy> {
  return startProxy(wiring, async (folder, ports) => {
    await mkdir(join(folder, "snippets"));
    await mkdir(join(folder, "tls"));
    createCertificate(join(folder, "tls/example.com"), wiring.hosts);
    const files = rewired(wiring.files, {
      "/etc/nginx/": `${folder}/`,
      "/var/log/nginx/": `${folder}/`,
      "127.0.0.1:4180": `127.0.0.1:${wiring.doorwardPort}`,
      "127.0.0.1:8080": `127.0.0.1:${wiring.appPort}`,
    });
    for (const [name, text] of files) {
      await writeFile(join(folder, name), listening(text, ports));
    }
    await writeFile(join(folder, "nginx.conf"), mainFile);
    return {
      program: wiring.program ?? "nginx",
      args: ["-p", folder, "-e", "stderr", "-c", "nginx.conf"],
    };
  });
}

function listening(text: string, { http, https }: Ports): string {
  const moved = new Map([
    ["80", http],
    ["443", https],
  ]);
  return text.replace(
    /\blisten (\d+)/g,
    (_, port: string) => `listen 127.0.0.1:${moved.get(port) ?? port}`,
  );
}

/** A minimal nginx.conf, as from a distribution, that uses only the test's folder. */
const mainFile = `
    daemon off;
    ${process.getuid?.() === 0 ? "user root;" : ""}
    worker_processes 1;
    pid nginx.pid;
    events { worker_connections 256; }
    http {
      access_log off;
      client_body_temp_path body;
      proxy_temp_path proxy;
      fastcgi_temp_path fastcgi;
      uwsgi_temp_path uwsgi;
      scgi_temp_path scgi;
      include doorward.conf;
    }
`;

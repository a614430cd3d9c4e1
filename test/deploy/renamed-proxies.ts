import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rewired, startProxy, type Proxy, type Wiring } from "../peers/proxy-process.ts";
import { createCertificate } from "../peers/tls.ts";

const deploy = join(import.meta.dirname, "../../deploy");

/** For each host that a deploy file names, the hosts that stand there instead. */
type Renamed = Readonly<Record<string, readonly string[]>>;

type Ours = Omit<Wiring, "file" | "hosts"> & { readonly renamed: Renamed };

/** The real proxies with their own-host files, in which each host becomes several. */
export const renamedProxies: Record<"nginx" | "caddy", (ours: Ours) => Promise<Proxy>> = {
  nginx: (ours) =>
    startProxy(wiringOf(ours, "own-host.conf"), async (folder, { http, https }) => {
      await mkdir(join(folder, "snippets"));
      await mkdir(join(folder, "tls"));
      createCertificate(join(folder, "tls/example.com"), Object.values(ours.renamed).flat());
      const snippets = await readdir(join(deploy, "nginx/snippets"));
      const names = ["own-host.conf", ...snippets.map((name) => join("snippets", name))];
      await writeChanged("nginx", names, folder, {
        ...changesOf(ours, " "),
        "/etc/nginx/": `${folder}/`,
        "listen 80": `listen 127.0.0.1:${http}`,
        "listen 443": `listen 127.0.0.1:${https}`,
      });
      await writeFile(join(folder, "nginx.conf"), nginxMain);
      return { program: "nginx", args: ["-p", folder, "-e", "stderr", "-c", "nginx.conf"] };
    }),
  caddy: (ours) =>
    startProxy(wiringOf(ours, "own-host.Caddyfile"), async (folder, { http, https }) => {
      const names = ["own-host.Caddyfile", "doorward.caddy"];
      await writeChanged("caddy", names, folder, changesOf(ours, ", "));
      const main = `{
        admin off
        local_certs
        skip_install_trust
        storage file_system ${folder}
        default_bind 127.0.0.1
        http_port ${http}
        https_port ${https}
        grace_period 1s
      }
      import own-host.Caddyfile
      `;
      await writeFile(join(folder, "main.Caddyfile"), main);
      return {
        program: "caddy",
        args: ["run", "--config", "main.Caddyfile", "--adapter", "caddyfile"],
        environment: { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
      };
    }),
};

const nginxMain = `
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
    include own-host.conf;
  }
`;

function wiringOf({ renamed, ...ports }: Ours, file: string): Wiring {
  return { ...ports, file, hosts: Object.values(renamed).flat() };
}

function changesOf({ doorwardPort, appPort, renamed }: Ours, between: string) {
  const names = Object.entries(renamed).map(([name, hosts]) => [name, hosts.join(between)]);
  return {
    ...Object.fromEntries(names),
    "127.0.0.1:4180": `127.0.0.1:${doorwardPort}`,
    "127.0.0.1:8080": `127.0.0.1:${appPort}`,
  };
}

async function writeChanged(
  kind: "nginx" | "caddy",
  names: readonly string[],
  folder: string,
  changes: Readonly<Record<string, string>>,
): Promise<void> {
  const texts = names.map(
    async (name) => [name, await readFile(join(deploy, kind, name), "utf8")] as const,
  );
  const files = rewired(new Map(await Promise.all(texts)), changes);
  for (const [name, text] of files) await writeFile(join(folder, name), text);
}

import { nginxConf } from "./nginx-conf.ts";
import { startConfigured } from "./proxy-configured.ts";
import type { Ports, Proxy } from "./front.ts";

export function startNginx(program: string, ports: Ports): Promise<Proxy> {
  return startConfigured({ name: "nginx.conf", text: nginxConf(ports) }, (folder) => ({
    program,
    args: ["-p", folder, "-c", "nginx.conf", "-e", "stderr"],
    port: ports.port,
  }));
}

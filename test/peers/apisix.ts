import { join } from "node:path";
import { startApisixDouble } from "./doubles/apisix.ts";
import { rewired, startStandIn, type Proxy, type Wiring } from "./proxy-process.ts";
import { createCertificate } from "./tls.ts";

/** A double of APISIX with what is printed for it: only addresses differ. */
export function startApisix(wiring: Wiring): Promise<Proxy> {
  return startStandIn(wiring, async (folder, ports) => {
    const certificate = join(folder, "example.com");
    createCertificate(certificate, wiring.hosts);
    const files = rewired(wiring.files, {
      "127.0.0.1:4180": `127.0.0.1:${wiring.doorwardPort}`,
      "127.0.0.1:8080": `127.0.0.1:${wiring.appPort}`,
    });
    const text = files.get("apisix.yaml") ?? "";
    return startApisixDouble(text, folder, { ports, certificate, hosts: wiring.hosts });
  });
}

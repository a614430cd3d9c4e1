import { startApisixDouble } from "./doubles/apisix.ts";
import { rewired, startStandIn, type Proxy, type Wiring } from "./proxy-process.ts";

/** The double of APISIX with the output of `doorward config apisix`; only addresses are changed. */
export function startApisix(wiring: Wiring): Promise<Proxy> {
  const files = rewired(wiring.files, {
    "127.0.0.1:4180": `127.0.0.1:${wiring.doorwardPort}`,
    "127.0.0.1:8080": `127.0.0.1:${wiring.appPort}`,
  });
  const read = { routes: files.get("apisix.yaml") ?? "", own: files.get("config.yaml") ?? "" };
  return startStandIn(wiring, (folder, listening) => startApisixDouble(read, folder, listening));
}

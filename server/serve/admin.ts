import type { RequestListener } from "node:http";
import { H3, HTTPResponse } from "h3";
import { toNodeHandler } from "h3/node";
import { empty } from "../http/response.ts";
import type { App } from "../app/app.ts";
import type { PublicKey } from "../assertion/signing-key.ts";
import { reasonsOf, type Log } from "../observe/log.ts";
import { send } from "../http/send.ts";
import { observeApp } from "./observe-app.ts";

/** The operators' endpoints, on their own port: liveness, readiness and metrics. `appNow` returns the active app. */
export function createAdmin(
  appNow: () => Pick<App, "store" | "counts" | "parties" | "cachedSessions" | "assertionKeys">,
  log: Log,
): RequestListener {
  const admin = new H3({ silent: true });
  admin.get("/healthz", () => plain(200, "ok"));
  // Sessions outlast an issuer that is down, so doorward stays ready; without the store it is not.
  admin.get("/readyz", async () => {
    try {
      await appNow().store.get("ready:probe");
      const down = await issuersDown(appNow());
      return plain(200, down.length === 0 ? "ready" : `degraded: ${down.join(", ")}`);
    } catch (error) {
      log.error({ reason: reasonsOf(error) }, "not ready: the session store cannot be reached");
      return plain(503, "the session store cannot be reached");
    }
  });
  admin.get("/metrics", async () => {
    const { metricsType, writeMetrics } = await import("../observe/metrics.ts");
    await observeApp(appNow());
    return plain(200, await writeMetrics(appNow().counts), metricsType);
  });
  admin.get(keysPath, () => {
    const { assertionKeys } = appNow();
    if (assertionKeys === undefined) return plain(404, "the setting `assertion` is not used");
    if (assertionKeys.signer === undefined) return plain(503, "there is no key yet");
    return keySet(assertionKeys.published);
  });
  const handler = toNodeHandler(admin);
  return (request, response) => {
    // srvx throws outside of every handler if the Host header makes no valid URL. This listener does not need it.
    request.headers.host = "admin";
    if (paths.has(request.url ?? "")) return handler(request, response);
    return send(response, empty(404));
  };
}

/** The providers whose issuers are down, with their issuers. */
async function issuersDown({ parties }: Pick<App, "parties">): Promise<string[]> {
  const found = [...parties.values()].map(async ({ name, issuer, health }) =>
    (await health.isDown()) ? [`${name} (${issuer})`] : [],
  );
  return (await Promise.all(found)).flat();
}

const keysPath = "/.well-known/jwks.json";
const paths = new Set(["/healthz", "/readyz", "/metrics", keysPath]);

/** RFC 7517 §8.5.2. A key signs long after it is published, so an app may keep the set for an hour. */
function keySet(keys: readonly PublicKey[]): HTTPResponse {
  return new HTTPResponse(JSON.stringify({ keys }), {
    headers: { "Content-Type": "application/jwk-set+json", "Cache-Control": "max-age=3600" },
  });
}

function plain(status: number, body: string, type = "text/plain; charset=utf-8"): HTTPResponse {
  return new HTTPResponse(body, {
    status,
    headers: { "Content-Type": type, "Cache-Control": "no-store" },
  });
}

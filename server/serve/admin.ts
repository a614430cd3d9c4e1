import type { RequestListener } from "node:http";
import { H3, HTTPResponse } from "h3";
import { toNodeHandler } from "h3/node";
import { empty } from "../http/response.ts";
import type { App } from "../app/app.ts";
import { reasonsOf, type Log } from "../observe/log.ts";
import { send } from "../http/send.ts";

/** What only operators see, on a port of its own: alive, ready, and how much. `appNow` is asked each time. */
export function createAdmin(
  appNow: () => Pick<App, "store" | "counts">,
  log: Log,
): RequestListener {
  const admin = new H3({ silent: true });
  admin.get("/healthz", () => plain(200, "ok"));
  // An issuer that is down delays sign-ins alone, so it does not make us unready; the store does.
  admin.get("/readyz", async () => {
    try {
      await appNow().store.get("ready:probe");
      return plain(200, "ready");
    } catch (error) {
      log.error({ reason: reasonsOf(error) }, "not ready: the session store cannot be reached");
      return plain(503, "the session store cannot be reached");
    }
  });
  let metrics: Promise<import("prom-client").Registry> | undefined;
  admin.get("/metrics", async () => {
    metrics ??= import("../observe/metrics.ts").then(({ createMetrics }) =>
      createMetrics(appNow().counts),
    );
    const registry = await metrics;
    return plain(200, await registry.metrics(), registry.contentType);
  });
  const handler = toNodeHandler(admin);
  return (request, response) => {
    // srvx throws, outside of every handler, at a host that makes no URL: this listener needs none.
    request.headers.host = "admin";
    if (paths.has(request.url ?? "")) return handler(request, response);
    return send(response, empty(404));
  };
}

const paths = new Set(["/healthz", "/readyz", "/metrics"]);

function plain(status: number, body: string, type = "text/plain; charset=utf-8"): HTTPResponse {
  return new HTTPResponse(body, {
    status,
    headers: { "Content-Type": type, "Cache-Control": "no-store" },
  });
}

import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";

const deployed = join(import.meta.dirname, "../../deploy/caddy");

interface Handler {
  readonly handler: string;
  /** The rewritten URI of a reverse proxy; only forward_auth has one. */
  readonly rewrite?: { readonly uri?: string | undefined } | undefined;
  readonly upstreams?: readonly { readonly dial: string }[] | undefined;
  readonly request?: { readonly delete?: readonly string[] | undefined } | undefined;
  readonly routes?: readonly Route[] | undefined;
}
interface Route {
  readonly match?: readonly { readonly host?: readonly string[] | undefined }[] | undefined;
  readonly handle?: readonly Handler[] | undefined;
}

const routeSchema: v.GenericSchema<Route> = v.object({
  match: v.optional(v.array(v.object({ host: v.optional(v.array(v.string())) }))),
  handle: v.optional(v.array(v.lazy(() => handlerSchema))),
});
const handlerSchema: v.GenericSchema<Handler> = v.object({
  handler: v.string(),
  rewrite: v.optional(v.object({ uri: v.optional(v.string()) })),
  upstreams: v.optional(v.array(v.object({ dial: v.string() }))),
  request: v.optional(v.object({ delete: v.optional(v.array(v.string())) })),
  routes: v.optional(v.array(v.lazy(() => routeSchema))),
});
const adapted = v.object({
  apps: v.object({
    http: v.object({ servers: v.record(v.string(), v.object({ routes: v.array(routeSchema) })) }),
  }),
});

/** The steps that Caddy runs for a request, in order, by public host. */
export function readCaddy(file: string): Map<string, string[]> {
  const json = execFileSync("caddy", ["adapt", "--adapter", "caddyfile", "--config", file], {
    cwd: deployed,
    env: { ...process.env, HOME: tmpdir() },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const { servers } = v.parse(adapted, JSON.parse(String(json))).apps.http;
  const routes = Object.values(servers).flatMap((server) => server.routes);
  return new Map(routes.map((route) => [route.match?.[0]?.host?.[0] ?? "", steps([route])]));
}

function steps(routes: readonly Route[]): string[] {
  return routes.flatMap(({ handle = [] }) =>
    handle.flatMap((handler) =>
      handler.routes ? steps(handler.routes) : describeHandler(handler),
    ),
  );
}

function describeHandler({ handler, rewrite, upstreams = [], request }: Handler): string[] {
  if (handler === "headers") return (request?.delete ?? []).map((name) => `strip ${name}`);
  if (handler !== "reverse_proxy") return [handler];
  const where = upstreams.map(({ dial }) => dial).join();
  return [rewrite ? `ask ${where}${rewrite.uri}` : `pass to ${where}`];
}

import { parseYAML } from "confbox";
import * as v from "valibot";

const serverless = v.strictObject({
  phase: v.picklist(["rewrite", "before_proxy"]),
  functions: v.tuple([v.string()]),
});
const names = v.array(v.string());

const plugins = v.strictObject({
  "serverless-pre-function": v.optional(serverless),
  "forward-auth": v.optional(
    v.strictObject({
      uri: v.string(),
      timeout: v.number(),
      status_on_error: v.number(),
      request_headers: names,
      upstream_headers: names,
      client_headers: names,
    }),
  ),
  "proxy-rewrite": v.optional(v.strictObject({ headers: v.strictObject({ remove: names }) })),
  redirect: v.optional(
    v.strictObject({ uri: v.literal("https://$host$real_request_uri"), ret_code: v.literal(308) }),
  ),
  "fault-injection": v.optional(
    v.strictObject({
      abort: v.strictObject({
        http_status: v.number(),
        body: v.string(),
        headers: v.optional(v.record(v.string(), v.string()), {}),
      }),
    }),
  ),
  "serverless-post-function": v.optional(serverless),
});

const variable = v.tuple([
  v.picklist(["scheme", "http_upgrade"]),
  v.picklist(["==", "~*"]),
  v.string(),
]);

const route = v.pipe(
  v.strictObject({
    id: v.string(),
    host: v.string(),
    uri: v.optional(v.string()),
    uris: v.optional(names),
    methods: v.optional(names),
    priority: v.optional(v.number(), 0),
    vars: v.optional(v.array(variable), []),
    enable_websocket: v.optional(v.boolean(), false),
    plugins: v.optional(plugins, {}),
    plugin_config_id: v.optional(v.string()),
    upstream_id: v.optional(v.string()),
  }),
  v.transform(({ uri, uris, ...rest }) => ({
    ...rest,
    uris: uris ?? (uri === undefined ? [] : [uri]),
  })),
);

/** Every setting that the double supports. Others are rejected, because no test would cover them. */
const file = v.strictObject({
  routes: v.array(route),
  plugin_configs: v.array(v.strictObject({ id: v.string(), plugins })),
  upstreams: v.array(
    v.strictObject({
      id: v.string(),
      type: v.literal("roundrobin"),
      timeout: v.strictObject({ connect: v.number(), send: v.number(), read: v.number() }),
      nodes: v.record(v.string(), v.number()),
    }),
  ),
  ssls: v.array(v.strictObject({ id: v.string(), snis: names, cert: v.string(), key: v.string() })),
});

export type Plugins = v.InferOutput<typeof plugins>;

export interface Route extends Omit<v.InferOutput<typeof route>, "plugins" | "plugin_config_id"> {
  readonly plugins: Plugins;
}

export interface Routes {
  readonly routes: readonly Route[];
  /** Addresses by the id of the upstream. */
  readonly upstreams: ReadonlyMap<string, string>;
}

/** Reads `apisix.yaml`, with the plugin configurations merged into the routes. */
export function routesOf(text: string): Routes {
  const written = v.parse(file, parseYAML(text));
  const shared = new Map(written.plugin_configs.map(({ id, plugins: own }) => [id, own]));
  return {
    routes: written.routes.map(({ plugins: own, plugin_config_id: id, ...rest }) => ({
      ...rest,
      plugins: { ...(id === undefined ? {} : shared.get(id)), ...own },
    })),
    upstreams: new Map(written.upstreams.map(({ id, nodes }) => [id, Object.keys(nodes)[0] ?? ""])),
  };
}

interface Chosen {
  readonly host: string;
  /** Decoded, dots and slashes resolved, without the query. */
  readonly path: string;
  readonly method: string;
  readonly scheme: string;
  readonly upgrade: string | undefined;
}

/** By host, then the longest path, then the priority; the first of these whose methods and variables match. */
export function chooseRoute(routes: readonly Route[], asked: Chosen): Route | undefined {
  const byHost = routes.filter(({ host }) => host === asked.host);
  const wide = routes.filter(
    ({ host }) => host.startsWith("*") && asked.host.endsWith(host.slice(1)),
  );
  return [byHost, wide]
    .flatMap((candidates) =>
      candidates
        .flatMap((one) => one.uris.map((uri) => ({ one, uri })))
        .filter(({ uri }) => matches(uri, asked.path))
        .toSorted((a, b) => length(b.uri) - length(a.uri) || b.one.priority - a.one.priority),
    )
    .find(
      ({ one }) =>
        one.methods?.includes(asked.method) !== false &&
        one.vars.every((wanted) => holds(wanted, asked)),
    )?.one;
}

function matches(uri: string, path: string): boolean {
  return uri.endsWith("*") ? path.startsWith(uri.slice(0, -1)) : path === uri;
}

/** An exact path wins over any prefix. */
function length(uri: string): number {
  return uri.endsWith("*") ? uri.length : 10_000;
}

function holds([name, operator, wanted]: v.InferOutput<typeof variable>, asked: Chosen): boolean {
  const value = name === "scheme" ? asked.scheme : (asked.upgrade ?? "");
  return operator === "==" ? value === wanted : new RegExp(wanted, "i").test(value);
}

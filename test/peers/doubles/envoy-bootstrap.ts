import { parseYAML } from "confbox";
import * as v from "valibot";
import type { Header } from "./headers.ts";

export interface ExtAuthz {
  readonly cluster: string;
  readonly pathPrefix: string;
  readonly timeoutMs: number;
  readonly statusOnError: number;
  readonly allowedHeaders: readonly string[];
  readonly headersToAdd: readonly Header[];
  readonly upstreamHeaders: readonly string[];
}

export type Filter =
  | { readonly name: string; readonly lua: string }
  | { readonly name: string; readonly extAuthz: ExtAuthz };

export interface Route {
  readonly prefix: string;
  readonly cluster: string | undefined;
  readonly redirect: number | undefined;
  readonly status: number | undefined;
  readonly disabled: readonly string[];
}

/** A listener's connection manager. */
export interface Manager {
  readonly isTls: boolean;
  readonly trustedHops: number;
  readonly filters: readonly Filter[];
  readonly virtualHosts: readonly {
    readonly domains: readonly string[];
    readonly routes: readonly Route[];
  }[];
  readonly localReplies: readonly {
    readonly from: number;
    readonly status: number;
    readonly body: string;
    readonly headers: readonly Header[];
  }[];
}

const patterns = v.pipe(
  v.strictObject({
    patterns: v.array(v.strictObject({ exact: v.string(), ignore_case: v.literal(true) })),
  }),
  v.transform(({ patterns: all }) => all.map(({ exact }) => exact)),
);
const keyValue = v.strictObject({ key: v.string(), value: v.string() });
const typed = (name: string) => v.literal(`type.googleapis.com/envoy.extensions.${name}`);

/** Seconds in the format of protobuf; in milliseconds. */
const duration = v.pipe(
  v.string(),
  v.regex(/^\d+s$/),
  v.transform((written) => Number(written.slice(0, -1)) * 1000),
);

const luaFilter = v.strictObject({
  name: v.string(),
  typed_config: v.strictObject({
    "@type": typed("filters.http.lua.v3.Lua"),
    default_source_code: v.strictObject({ inline_string: v.string() }),
  }),
});
const extAuthzFilter = v.strictObject({
  name: v.string(),
  typed_config: v.strictObject({
    "@type": typed("filters.http.ext_authz.v3.ExtAuthz"),
    status_on_error: v.strictObject({ code: v.literal("ServiceUnavailable") }),
    allowed_headers: patterns,
    http_service: v.strictObject({
      server_uri: v.strictObject({ uri: v.string(), cluster: v.string(), timeout: duration }),
      path_prefix: v.string(),
      authorization_request: v.strictObject({ headers_to_add: v.array(keyValue) }),
      authorization_response: v.strictObject({ allowed_upstream_headers: patterns }),
    }),
  }),
});
const routerFilter = v.strictObject({
  name: v.literal("envoy.filters.http.router"),
  typed_config: v.strictObject({ "@type": typed("filters.http.router.v3.Router") }),
});

const disabled = v.strictObject({ "@type": v.string(), disabled: v.literal(true) });
const route = v.strictObject({
  match: v.strictObject({ prefix: v.string() }),
  route: v.optional(v.strictObject({ cluster: v.string(), timeout: duration })),
  redirect: v.optional(
    v.strictObject({
      https_redirect: v.literal(true),
      port_redirect: v.literal(443),
      response_code: v.literal("PERMANENT_REDIRECT"),
    }),
  ),
  direct_response: v.optional(v.strictObject({ status: v.number() })),
  typed_per_filter_config: v.optional(v.record(v.string(), disabled), {}),
});

const mapper = v.strictObject({
  filter: v.strictObject({
    status_code_filter: v.strictObject({
      comparison: v.strictObject({
        op: v.literal("GE"),
        value: v.strictObject({ default_value: v.number(), runtime_key: v.string() }),
      }),
    }),
  }),
  status_code: v.number(),
  body: v.strictObject({ inline_string: v.string() }),
  headers_to_add: v.array(
    v.strictObject({ header: keyValue, append_action: v.literal("OVERWRITE_IF_EXISTS_OR_ADD") }),
  ),
});

const manager = v.strictObject({
  "@type": typed("filters.network.http_connection_manager.v3.HttpConnectionManager"),
  stat_prefix: v.string(),
  use_remote_address: v.literal(true),
  xff_num_trusted_hops: v.optional(v.number(), 0),
  common_http_protocol_options: v.strictObject({
    headers_with_underscores_action: v.literal("DROP_HEADER"),
  }),
  upgrade_configs: v.tuple([v.strictObject({ upgrade_type: v.literal("websocket") })]),
  local_reply_config: v.strictObject({ mappers: v.array(mapper) }),
  http_filters: v.array(v.union([luaFilter, extAuthzFilter, routerFilter])),
  route_config: v.strictObject({
    virtual_hosts: v.array(
      v.strictObject({ name: v.string(), domains: v.array(v.string()), routes: v.array(route) }),
    ),
  }),
});

/** Every setting that the double supports. Others are rejected, because no test would cover them. */
const bootstrap = v.strictObject({
  static_resources: v.strictObject({
    listeners: v.array(
      v.strictObject({
        name: v.string(),
        address: v.unknown(),
        listener_filters: v.optional(v.unknown()),
        filter_chains: v.tuple([
          v.strictObject({
            filters: v.tuple([v.strictObject({ name: v.string(), typed_config: manager })]),
            filter_chain_match: v.optional(v.strictObject({ server_names: v.array(v.string()) })),
            transport_socket: v.optional(v.unknown()),
          }),
        ]),
      }),
    ),
    clusters: v.array(
      v.strictObject({
        name: v.string(),
        type: v.literal("STRICT_DNS"),
        connect_timeout: duration,
        load_assignment: v.object({
          endpoints: v.tuple([
            v.object({
              lb_endpoints: v.tuple([
                v.object({
                  endpoint: v.object({
                    address: v.object({
                      socket_address: v.object({ address: v.string(), port_value: v.number() }),
                    }),
                  }),
                }),
              ]),
            }),
          ]),
        }),
      }),
    ),
  }),
});

export function bootstrapOf(text: string): {
  readonly managers: Manager[];
  readonly clusters: ReadonlyMap<string, string>;
} {
  const { listeners, clusters } = v.parse(bootstrap, parseYAML(text)).static_resources;
  return {
    managers: listeners.map(({ filter_chains: [{ filters, transport_socket: tls }] }) =>
      toManager(filters[0].typed_config, tls !== undefined),
    ),
    clusters: new Map(
      clusters.map(({ name, load_assignment: { endpoints } }) => {
        const { address, port_value: port } =
          endpoints[0].lb_endpoints[0].endpoint.address.socket_address;
        return [name, `${address}:${port}`];
      }),
    ),
  };
}

function toManager(written: v.InferOutput<typeof manager>, isTls: boolean): Manager {
  return {
    isTls,
    trustedHops: written.xff_num_trusted_hops,
    filters: written.http_filters.flatMap(toFilter),
    virtualHosts: written.route_config.virtual_hosts.map(({ domains, routes }) => ({
      domains,
      routes: routes.map(toRoute),
    })),
    localReplies: written.local_reply_config.mappers.map((one) => ({
      from: one.filter.status_code_filter.comparison.value.default_value,
      status: one.status_code,
      body: one.body.inline_string,
      headers: one.headers_to_add.map(({ header: { key, value } }): Header => [key, value]),
    })),
  };
}

function toFilter({
  name,
  typed_config: config,
}: v.InferOutput<typeof manager>["http_filters"][number]): Filter[] {
  if ("default_source_code" in config)
    return [{ name, lua: config.default_source_code.inline_string }];
  if (!("http_service" in config)) return [];
  const { server_uri: server, path_prefix: pathPrefix, ...authorization } = config.http_service;
  return [
    {
      name,
      extAuthz: {
        cluster: server.cluster,
        pathPrefix,
        timeoutMs: server.timeout,
        statusOnError: 503,
        allowedHeaders: config.allowed_headers,
        headersToAdd: authorization.authorization_request.headers_to_add.map(
          ({ key, value }): Header => [key, value],
        ),
        upstreamHeaders: authorization.authorization_response.allowed_upstream_headers,
      },
    },
  ];
}

function toRoute(written: v.InferOutput<typeof route>): Route {
  return {
    prefix: written.match.prefix,
    cluster: written.route?.cluster,
    redirect: written.redirect && 308,
    status: written.direct_response?.status,
    disabled: Object.keys(written.typed_per_filter_config),
  };
}

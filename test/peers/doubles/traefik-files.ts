import { parseYAML } from "confbox";
import * as v from "valibot";

const names = v.array(v.string());
const entryPoint = v.strictObject({
  address: v.string(),
  forwardedHeaders: v.optional(v.strictObject({ trustedIPs: names })),
  http: v.strictObject({
    aliasHeadersStrategy: v.literal("delete"),
    tls: v.optional(v.strictObject({})),
    redirections: v.optional(
      v.strictObject({
        entryPoint: v.strictObject({ to: v.literal("websecure"), scheme: v.literal("https") }),
      }),
    ),
  }),
});
const staticFile = v.strictObject({
  entryPoints: v.record(v.string(), entryPoint),
  providers: v.strictObject({ file: v.strictObject({ directory: v.string() }) }),
});

const middleware = v.strictObject({
  forwardAuth: v.optional(
    v.strictObject({
      address: v.string(),
      trustForwardHeader: v.boolean(),
      authRequestHeaders: names,
      authResponseHeaders: names,
      authResponseHeadersRegex: v.pipe(v.string(), v.startsWith("(?i)")),
      maxResponseBodySize: v.number(),
    }),
  ),
  headers: v.optional(
    v.strictObject({ customRequestHeaders: v.record(v.string(), v.literal("")) }),
  ),
  replacePath: v.optional(v.strictObject({ path: v.string() })),
});

/** Every setting that the double supports. Others are rejected, because no test would cover them. */
const dynamicFile = v.strictObject({
  http: v.strictObject({
    routers: v.record(
      v.string(),
      v.strictObject({
        rule: v.string(),
        priority: v.number(),
        entryPoints: names,
        middlewares: v.optional(names, []),
        service: v.string(),
      }),
    ),
    middlewares: v.record(v.string(), middleware),
    services: v.record(
      v.string(),
      v.strictObject({
        loadBalancer: v.strictObject({ servers: v.tuple([v.strictObject({ url: v.string() })]) }),
      }),
    ),
  }),
});

type Dynamic = v.InferOutput<typeof dynamicFile>["http"];
export type ForwardAuth = NonNullable<v.InferOutput<typeof middleware>["forwardAuth"]>;

export interface EntryPoint {
  readonly name: string;
  readonly isRedirected: boolean;
  readonly trustedIPs: readonly string[];
}

export interface Settings {
  /** By scheme; the entry point for http can redirect to the one for https. */
  readonly entryPoints: ReadonlyMap<"http" | "https", EntryPoint>;
  readonly dynamic: Dynamic;
}

export function settingsOf(written: string, dynamic: string): Settings {
  const { entryPoints } = v.parse(staticFile, parseYAML(written));
  return {
    entryPoints: new Map(
      Object.entries(entryPoints).map(([name, { http, forwardedHeaders }]) => [
        http.tls === undefined ? "http" : "https",
        {
          name,
          isRedirected: http.redirections !== undefined,
          trustedIPs: forwardedHeaders?.trustedIPs ?? [],
        },
      ]),
    ),
    dynamic: v.parse(dynamicFile, parseYAML(dynamic)).http,
  };
}

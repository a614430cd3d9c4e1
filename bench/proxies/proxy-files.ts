import { checkConfig } from "../../server/config/load.ts";
import { proxyFiles } from "../../server/tools/proxy-files.ts";
import { settingsFor } from "../doors.ts";
import { appHost, signInHost } from "../peers/gatekeeper.ts";
import type { Variant } from "./variants.ts";

/** A change to one printed file. */
interface Edit {
  readonly file: string;
  /** A string occurs once; an expression at least once. */
  readonly printed: string | RegExp;
  readonly ours: string;
}

interface Edits {
  /** Forwards to the app only, as a proxy does for an app that nothing protects. */
  readonly unprotected: readonly Edit[];
  /** The path and the status of oauth2-proxy. */
  readonly oauth2Proxy: readonly Edit[];
}

export type ProxyKind = keyof typeof edits;

/** The public hosts of the printed files. */
export const hosts = [appHost, signInHost];

/** The port that every starter in test/peers replaces. */
const printedPort = 4180;

/** The output of `doorward config` for this proxy, with the changes for the variant. */
export function filesFor(kind: ProxyKind, variant: Variant): Map<string, string> {
  const more = { storage: { driver: "memory" }, access: { groups: ["ops"] }, rules };
  const config = checkConfig("bench", settingsFor(printedPort, more), {});
  return edited(proxyFiles(config, kind).files, editsFor(kind, variant));
}

const rules = [{ host: appHost, allow: { groups: ["ops"] } }];

function editsFor(kind: ProxyKind, variant: Variant): readonly Edit[] {
  if (variant === "unprotected") return edits[kind].unprotected;
  return variant === "oauth2-proxy" ? edits[kind].oauth2Proxy : [];
}

/** Throws if a text to replace is missing, so that no variant is measured unchanged. */
export function edited(
  printed: ReadonlyMap<string, string>,
  changes: readonly Edit[],
): Map<string, string> {
  const files = new Map(printed);
  for (const { file, printed: before, ours } of changes) {
    const text = files.get(file) ?? "";
    const pieces = text.split(before);
    const isFound = typeof before === "string" ? pieces.length === 2 : pieces.length > 1;
    if (!isFound) throw new Error(`${file} does not contain ${before}`);
    files.set(file, pieces.join(ours));
  }
  return files;
}

const protectedLocation = `    location / {
        include /etc/nginx/snippets/doorward-protect.conf;`;
/** The protected location stays, at another path, because the snippets of the site use its variables. */
const publicLocation = `${protectedLocation.replace("/ {", "/protected/ {")}
        proxy_pass http://app-example-com;
    }
    location / {
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header Host $host;`;

const appRoute = "route: { cluster: app-example-com, timeout: 0s }";
/** The filters of a route, switched off as for doorward's own host. */
const noFilters = Object.entries({
  "doorward.strip": "lua.v3.LuaPerRoute",
  "doorward.ask": "ext_authz.v3.ExtAuthzPerRoute",
  "doorward.keep-cookie": "lua.v3.LuaPerRoute",
}).map(
  ([name, type]) => `
                            ${name}:
                              "@type": type.googleapis.com/envoy.extensions.filters.http.${type}
                              disabled: true`,
);

const edits = {
  nginx: {
    unprotected: [{ file: "doorward.conf", printed: protectedLocation, ours: publicLocation }],
    oauth2Proxy: [
      {
        file: "snippets/doorward-server.conf",
        printed: "http://doorward$doorward_base/verify?identity_headers=refuse;",
        ours: "http://doorward/oauth2/auth;",
      },
    ],
  },
  caddy: {
    unprotected: [
      {
        file: "Caddyfile",
        printed: /\t\timport doorward_strip\n[^]*?import doorward_keep_cookie\n/,
        ours: "",
      },
    ],
    oauth2Proxy: [{ file: "Caddyfile", printed: "uri /verify?", ours: "uri /oauth2/auth?" }],
  },
  traefik: {
    unprotected: [
      {
        file: "dynamic/doorward.yaml",
        printed: "      middlewares:\n        - doorward-real-request\n        - doorward\n",
        ours: "",
      },
    ],
    oauth2Proxy: [
      { file: "dynamic/doorward.yaml", printed: ':4180/verify"', ours: ':4180/oauth2/auth"' },
    ],
  },
  envoy: {
    unprotected: [
      {
        file: "envoy.yaml",
        printed: appRoute,
        ours: `${appRoute}
                          typed_per_filter_config:${noFilters.join("")}`,
      },
    ],
    // Envoy allows only for a 200, and appends the visitor's path: oauth2-proxy answers as for a page of its own.
    oauth2Proxy: [{ file: "envoy.yaml", printed: /\n +path_prefix: \/verify/, ours: "" }],
  },
  haproxy: {
    unprotected: [
      {
        file: "haproxy.cfg",
        printed: / +http-request lua\.doorward [^]*?(?= +server app )/,
        ours: "",
      },
      { file: "haproxy.cfg", printed: / +http-request del-header (?!Upgrade).*\n/, ours: "" },
    ],
    oauth2Proxy: [
      {
        file: "haproxy.cfg",
        printed: "lua.doorward doorward /verify",
        ours: "lua.doorward doorward /oauth2/auth",
      },
      {
        file: "doorward.lua",
        printed: ' or joined(answer.headers["cache-control"]) ~= "no-store"',
        ours: "",
      },
      { file: "doorward.lua", printed: "answer.status ~= 200", ours: "answer.status ~= 202" },
    ],
  },
} as const satisfies Record<string, Edits>;

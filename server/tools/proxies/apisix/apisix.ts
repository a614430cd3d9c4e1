import { listed } from "../indent.ts";
import type { Document } from "../documents.ts";
import { exampleApp, type ProxyModel } from "../model.ts";
import { purposeOf, type PublicHost } from "../public-hosts.ts";
import { appRoutes, guards } from "./app-routes.ts";
import { aboutTheRequest } from "./functions.ts";
import { onlyBy } from "./schemes.ts";

/** For APISIX 3 without etcd: a file with routes and certificates, and a file with APISIX's own settings. */
export function apisixFiles(model: ProxyModel): ReadonlyMap<string, string> {
  return new Map([
    ["apisix.yaml", routesFile(model)],
    ["config.yaml", settings(model.hosts)],
  ]);
}

const plugins = [
  "forward-auth",
  "proxy-rewrite",
  "redirect",
  "fault-injection",
  "serverless-pre-function",
  "serverless-post-function",
];

function settings(hosts: readonly PublicHost[]): string {
  const portsOf = (wanted: PublicHost["scheme"]) =>
    new Set(hosts.filter(({ scheme }) => scheme === wanted).map(({ port }) => port));
  const tls = Array.from(
    portsOf("https"),
    (port) => `      - { port: ${port}, enable_http2: true }\n`,
  );
  return `# Settings of APISIX 3, printed by \`doorward config apisix\` from a doorward.yaml. Copy to conf/config.yaml.

apisix:
  node_listen: [${[...portsOf("http").add(80)].join(", ")}]
  ssl:
    enable: ${tls.length > 0}
${tls.length > 0 ? `    listen:\n${tls.join("")}` : ""}deployment:
  role: data_plane
  role_data_plane:
    config_provider: yaml
nginx_config:
  envs: [DOORWARD_TLS_CERTIFICATE, DOORWARD_TLS_KEY] # environment variables that apisix.yaml reads
  http:
    # Apps behind CGI, WSGI or PHP read X_Auth_Request_User as X-Auth-Request-User.
    underscores_in_headers: "off"
plugins:
${listed(plugins, 2)}`;
}

function routesFile(model: ProxyModel): string {
  const { hosts, doorward } = model;
  const routes = hosts.map((host) =>
    [
      `  # ${purposeOf(host)}\n`,
      ...host.documents.map((document, index) => metadata(host, document, index)),
      host.serves === "app" ? "" : ownRoutes(host),
      host.serves === "doorward" ? "" : appRoutes(host),
      host.scheme === "https" && host.port === 443 ? redirect(host) : "",
    ].join(""),
  );
  const apps = hosts
    .filter(({ serves }) => serves !== "doorward")
    .map(({ name }) =>
      upstream(
        name,
        exampleApp,
        "# CHANGE: the app. It must be reachable only through this proxy.",
      ),
    );
  return `${head}routes:
${routes.join("")}
plugin_configs:
${guards(model)}
upstreams:
${upstream("doorward", doorward, "# doorward's listen address")}${apps.join("")}${certificate(hosts)}#END
`;
}

const head = `# Routes of APISIX 3, printed by \`doorward config apisix\` from a doorward.yaml. Copy to conf/apisix.yaml.
# Edit the lines marked CHANGE: the addresses of the apps, and the certificate.

`;

/** Redirects http to https, with a priority above all other routes. */
function redirect({ host, name }: PublicHost): string {
  return `  - id: plain-${name}
    host: "${host}"
    uri: /*
    priority: 100
${onlyBy("http")}    plugins:
      redirect: { uri: "https://$host$real_request_uri", ret_code: 308 }
`;
}

function metadata({ host, name, scheme }: PublicHost, { path, text }: Document, index: number) {
  return `  # Where clients get tokens (RFC 9728). Public, and the same for every visitor. Needs APISIX 3.3 or later.
  - id: metadata-${index + 1}-${name}
    host: "${host}"
    uri: ${path}
    methods: [GET, HEAD]
    priority: 20
${onlyBy(scheme)}    plugins:
      fault-injection:
        abort:
          http_status: 200
          # Clients also run in browsers.
          headers: { Content-Type: application/json, Cache-Control: no-store, Access-Control-Allow-Origin: "*" }
          body: '${text}'
`;
}

/** Only the public endpoints. /verify answers 404: a visitor who reached it could send forged headers. */
function ownRoutes({ host, base, name, scheme }: PublicHost): string {
  const pages = ["start", "callback", "callback/*", "sign_out"].map((page) => `${base}/${page}`);
  return `  - id: hidden-${name}
    host: "${host}"
    uris: [${base}/verify, ${base}/verify/*]
    priority: 20
${onlyBy(scheme)}    plugins:
      fault-injection: { abort: { http_status: 404, body: "" } }
  - id: pages-${name}
    host: "${host}"
    uris: [${pages.join(", ")}]
    priority: 10
${onlyBy(scheme)}    plugins:
      proxy-rewrite:
        headers:
          # Headers that describe the client or the request; APISIX sets its own.
          remove:
${listed(aboutTheRequest, 12)}    upstream_id: doorward
`;
}

function upstream(id: string, address: string, comment: string): string {
  return `  - id: ${id}
    type: roundrobin
    timeout: { connect: 2, send: 60, read: 60 }
    nodes: { "${address}": 1 } ${comment}
`;
}

function certificate(hosts: readonly PublicHost[]): string {
  const names = hosts.filter(({ scheme }) => scheme === "https").map(({ host }) => `"${host}"`);
  if (names.length === 0) return "";
  return `
ssls:
  - id: doorward
    snis: [${[...new Set(names)].join(", ")}]
    cert: $env://DOORWARD_TLS_CERTIFICATE # CHANGE: the full chain, as text in APISIX's environment
    key: $env://DOORWARD_TLS_KEY # CHANGE
`;
}

import { exampleApp, type ProxyModel } from "../model.ts";
import { purposeOf, type PublicHost } from "../public-hosts.ts";
import { familiesToStrip, otherNamesToStrip } from "../visitor-headers.ts";
import { script } from "./script.ts";

/** For HAProxy 2.6 and later, built with Lua, like the distributions' packages and the official image. */
export function haproxyFiles(model: ProxyModel): ReadonlyMap<string, string> {
  return new Map([
    ["haproxy.cfg", mainFile(model)],
    ["doorward.lua", script(model.identityHeaders)],
  ]);
}

function mainFile({ hosts, identityHeaders, doorward, hasLogo }: ProxyModel): string {
  return [
    head(hasLogo),
    plain(hosts),
    ...Array.from(Map.groupBy(hosts, ({ port }) => port).values(), (sharing) =>
      frontend(sharing, hosts, identityHeaders),
    ),
    ownBackends(doorward),
    ...hosts.filter(({ serves }) => serves !== "doorward").map((host) => guarded(host)),
  ].join("");
}

const head = (
  hasLogo: boolean,
) => `# For HAProxy 2.6 or later, printed by \`doorward config haproxy\` from a doorward.yaml.
#
# Copy this file to /etc/haproxy/haproxy.cfg, and doorward.lua to the same folder.
# Edit the lines marked CHANGE: the addresses of the apps, and the certificates.

global
    lua-load-per-thread /etc/haproxy/doorward.lua
    ssl-default-bind-options ssl-min-ver TLSv1.2
    log stdout format raw local0
${hasLogo ? buffer : ""}
defaults
    mode http
    log global
    # The access log. Its last field is the id that doorward's log lines and pages have too. No query: that of a
    # sign-in has an issuer's code.
    unique-id-format %[uuid()]
    log-format '%ci [%tr] "%HM %HPO %HV" %ST %B %ID'
    timeout http-request 10s
    timeout connect 2s
    timeout client 60s
    timeout server 60s
    timeout tunnel 1h
    # Apps behind CGI, WSGI or PHP read X_Auth_Request_User and X.Auth.Request.User as X-Auth-Request-User.
    option http-restrict-req-hdr-names delete
    # If doorward or the app is unreachable: a plain text 503 instead of HAProxy's own error page.
${[502, 503, 504].map(outage).join("")}`;

/** HAProxy answers 500 instead of a reply of its Lua script that does not fit into one buffer. */
const buffer = `    # doorward's pages contain the picture of \`pages.logo\`, and each has to fit into one buffer.
    tune.bufsize 131072
`;

function outage(status: number): string {
  return `    http-error status ${status} content-type text/plain string "This page is not available right now. Please try again in a moment.\\n" hdr Cache-Control no-store hdr Retry-After 5
`;
}

/** A listener on port 80 that redirects to https, unless a site uses that port. */
function plain(hosts: readonly PublicHost[]): string {
  const redirects = toTls(hosts);
  if (redirects === "" || hosts.some(({ port }) => port === 80)) return "";
  return `
frontend doorward-80
    bind :80
    http-request set-var(txn.doorward_host) req.hdr(host),host_only
${redirects}    http-request return status 421
`;
}

/** Redirects http to https, for sites on port 443 only. */
function toTls(hosts: readonly PublicHost[]): string {
  const location = "https://%[var(txn.doorward_host)]%[pathq]";
  return hosts
    .filter(({ scheme, port }) => scheme === "https" && port === 443)
    .map((host) => `    http-request redirect code 308 location ${location} if ${isHost(host)}\n`)
    .join("");
}

function frontend(
  hosts: readonly PublicHost[],
  all: readonly PublicHost[],
  identityHeaders: readonly string[],
): string {
  const [{ scheme, port }] = hosts as [PublicHost];
  const own = hosts.filter(({ serves }) => serves !== "app");
  const isUsual = port === (scheme === "https" ? 443 : 80);
  return `
frontend doorward-${port}
    bind :${port}${scheme === "https" ? tls : ""}

    # In lower case and without a port: HAProxy chooses the app by this host, doorward checks this host, and
    # the app receives it.
    http-request set-var(txn.doorward_host) req.hdr(host),host_only
${port === 80 ? toTls(all) : ""}${strips(identityHeaders)}
    # Client address, scheme and host as HAProxy sees them; the visitor's values are replaced.
    http-request set-header Host %[var(txn.doorward_host)]${isUsual ? "" : `:${port}`}
    http-request set-header X-Forwarded-Host %[var(txn.doorward_host)]${isUsual ? "" : `:${port}`}
    http-request set-header X-Forwarded-Proto ${scheme}
    http-request set-header X-Forwarded-For %[src]
    http-request set-header X-Request-Id %[unique-id]

    # Only WebSocket upgrades pass. After \`Upgrade: h2c\` a visitor could send further requests that doorward
    # never checks.
    http-request del-header Upgrade unless { req.hdr(Upgrade) -m str -i websocket }

    # Hide /verify: a visitor who reached it could send forged headers.
${own.map((host) => `    http-request deny deny_status 404 if ${isHost(host)} { path_beg ${host.base}/verify }\n`).join("")}${metadata(hosts)}
${hosts.map(choice).join("")}    default_backend doorward-unknown-host
`;
}

const tls =
  " ssl crt /etc/haproxy/tls/ strict-sni alpn h2,http/1.1   # CHANGE: one file per certificate, followed by its key";

function isHost({ host }: PublicHost): string {
  return host.startsWith("*")
    ? `{ var(txn.doorward_host) -m end ${host.slice(1)} }`
    : `{ var(txn.doorward_host) -m str ${host} }`;
}

function metadata(hosts: readonly PublicHost[]): string {
  const lines = hosts.flatMap((host) =>
    host.documents.map(
      ({ path, text }) =>
        `    http-request return status 200 content-type application/json string '${text}' hdr Cache-Control no-store hdr Access-Control-Allow-Origin * if ${isHost(host)} { path ${path} } { method GET HEAD }\n`,
    ),
  );
  if (lines.length === 0) return "";
  return `
    # Where clients get tokens (RFC 9728). Public, and the same for every visitor. Clients also run in browsers.
${lines.join("")}`;
}

function choice(host: PublicHost): string {
  const to = (backend: string, path = "") =>
    `    use_backend ${backend} if ${isHost(host)}${path}\n`;
  if (host.serves === "doorward") return to("doorward");
  if (host.serves === "app") return to(host.name);
  return to("doorward", ` { path_beg ${host.base}/ }`) + to(host.name);
}

/** Removes the headers that only doorward or HAProxy may set. */
function strips(identityHeaders: readonly string[]): string {
  const families = ["X-Forwarded-", ...familiesToStrip].filter(
    (family, index) => index === 0 || !family.startsWith("X-Forwarded-"),
  );
  const names = [...otherNamesToStrip(identityHeaders), "X-Real-IP"].filter(
    (name) => !/^X-Forwarded-/i.test(name),
  );
  return `
    # Remove headers that only doorward or HAProxy may set: whole families, because an app that trusts one header of
    # a family often reads others too.
${families.map((family) => `    http-request del-header ${family} -m beg\n`).join("")}${names
    .map((name) => `    http-request del-header ${name}\n`)
    .join("")}`;
}

function ownBackends(doorward: string): string {
  return `
backend doorward
    # doorward's listen address.
    server doorward ${doorward}

# Requests for unknown hosts.
backend doorward-unknown-host
    http-request return status 421
`;
}

function guarded(host: PublicHost): string {
  const { name, base } = host;
  return `
# ${purposeOf(host)}
backend ${name}
    # Keep these two rules first: a rule before them that answers or forwards a request is public.
    http-request lua.doorward doorward ${base}/verify
    # The script has already answered denied requests. If the script fails, this rule denies the request.
    http-request deny deny_status 503 unless { var(txn.doorward_allows) -m bool }
${keepCookie}    server app ${exampleApp}   # CHANGE: the app. It must be reachable only through this proxy.
`;
}

const replaceCookie = `    http-request replace-header Cookie '^(|.*; *)(__(Host|Secure)-doorward-[0-9a-f]{6}=[^;]*(; *|$))+(.*)$' '\\1\\5'
`;
/** Twice, because a host below a site's cookie domain can have its own site, and browsers then send both cookies. */
const keepCookie = `    # Remove doorward's session cookie: an app that stores or leaks it would give access to every other app.
${replaceCookie}${replaceCookie}`;

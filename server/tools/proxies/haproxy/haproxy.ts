import { exampleApp, type ProxyModel } from "../model.ts";
import { purposeOf, type PublicHost } from "../public-hosts.ts";
import {
  believedPrefixes,
  namesAboutTheRequest,
  namesBesidePrefixes,
  namesOfIdentity,
} from "../visitor-headers.ts";
import { script } from "./script.ts";

/** For HAProxy 2.6 and later, built with Lua, as distributions and the official image are. */
export function haproxyFiles(model: ProxyModel): ReadonlyMap<string, string> {
  return new Map([
    ["haproxy.cfg", mainFile(model)],
    ["doorward.lua", script(model.identityHeaders)],
  ]);
}

function mainFile({ hosts, identityHeaders, doorward }: ProxyModel): string {
  return [
    head,
    plain(hosts),
    ...Array.from(Map.groupBy(hosts, ({ port }) => port).values(), (sharing) =>
      frontend(sharing, hosts, identityHeaders),
    ),
    ownBackends(doorward),
    ...hosts.filter(({ serves }) => serves !== "doorward").map((host) => guarded(host)),
  ].join("");
}

const head = `# HAProxy 2.6 or later, as \`doorward config haproxy\` prints it for a doorward.yaml.
#
# Goes to /etc/haproxy/haproxy.cfg, and doorward.lua beside it.
# CHANGE marks what doorward cannot know: where the apps are, and the certificates.

global
    lua-load-per-thread /etc/haproxy/doorward.lua
    ssl-default-bind-options ssl-min-ver TLSv1.2

defaults
    mode http
    timeout http-request 10s
    timeout connect 2s
    timeout client 60s
    timeout server 60s
    timeout tunnel 1h
    # Apps behind CGI, WSGI or PHP read X_Auth_Request_User and X.Auth.Request.User as X-Auth-Request-User.
    option http-restrict-req-hdr-names delete
    # doorward or the app is out of reach: a plain word instead of HAProxy's own page.
${[502, 503, 504].map(outage).join("")}`;

function outage(status: number): string {
  return `    http-error status ${status} content-type text/plain string "This page is not available right now. Please try again in a moment.\\n" hdr Cache-Control no-store hdr Retry-After 5
`;
}

/** A port's listener for who comes without TLS, unless a site has that port. */
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

/** Who comes without TLS is sent to it; sites on ports of their own have no such door. */
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

    # Small letters and no port: what HAProxy chooses the app by is what doorward decides about, and what
    # the app sees.
    http-request set-var(txn.doorward_host) req.hdr(host),host_only
${port === 80 ? toTls(all) : ""}${strips(identityHeaders)}
    # Where the request comes from and leads, in this proxy's words alone.
    http-request set-header Host %[var(txn.doorward_host)]${isUsual ? "" : `:${port}`}
    http-request set-header X-Forwarded-Host %[var(txn.doorward_host)]${isUsual ? "" : `:${port}`}
    http-request set-header X-Forwarded-Proto ${scheme}
    http-request set-header X-Forwarded-For %[src]

    # Of all protocols a visitor could ask to change to, only WebSocket passes: over \`Upgrade: h2c\` an app
    # would take further requests, past every question.
    http-request del-header Upgrade unless { req.hdr(Upgrade) -m str -i websocket }

    # The verdict is for this proxy alone: outside, anybody could ask it with headers of their own making.
${own.map((host) => `    http-request deny deny_status 404 if ${isHost(host)} { path_beg ${host.base}/verify }\n`).join("")}
${hosts.map(choice).join("")}    default_backend doorward-nobody
`;
}

const tls =
  " ssl crt /etc/haproxy/tls/ strict-sni alpn h2,http/1.1   # CHANGE: a file a certificate, its key beneath it";

function isHost({ host }: PublicHost): string {
  return host.startsWith("*")
    ? `{ var(txn.doorward_host) -m end ${host.slice(1)} }`
    : `{ var(txn.doorward_host) -m str ${host} }`;
}

function choice(host: PublicHost): string {
  const to = (backend: string, path = "") =>
    `    use_backend ${backend} if ${isHost(host)}${path}\n`;
  if (host.serves === "doorward") return to("doorward");
  if (host.serves === "app") return to(host.name);
  return to("doorward", ` { path_beg ${host.base}/ }`) + to(host.name);
}

/** Everything by which a visitor could speak for doorward or for this proxy. */
function strips(identityHeaders: readonly string[]): string {
  const prefixes = [...believedPrefixes, "X-Forwarded-", "X-Original-"];
  const names = [
    ...namesBesidePrefixes(namesOfIdentity(identityHeaders)),
    "X-Real-IP",
    ...namesAboutTheRequest,
  ].filter((name) => !/^X-(Forwarded|Original)-/i.test(name));
  return `
    # Every header that would speak for doorward or for this proxy.
${prefixes.map((prefix) => `    http-request del-header ${prefix} -m beg\n`).join("")}${names
    .map((name) => `    http-request del-header ${name}\n`)
    .join("")}`;
}

function ownBackends(doorward: string): string {
  return `
backend doorward
    # Where doorward listens.
    server doorward ${doorward}

# Whoever names a host that is not ours gets nothing.
backend doorward-nobody
    http-request return status 421
`;
}

function guarded(host: PublicHost): string {
  const { name, base } = host;
  return `
# ${purposeOf(host)}
backend ${name}
    # Put nothing in front of these two that answers or passes on: it would be open to everybody.
    http-request lua.doorward doorward ${base}/verify
    # Whoever may not pass, the script has answered. Should it fail, nobody passes.
    http-request deny deny_status 503 unless { var(txn.doorward_allows) -m bool }
${keepCookie}    server app ${exampleApp}   # CHANGE: the app. No way to it may lead past this proxy.
`;
}

const replaceCookie = `    http-request replace-header Cookie '^(|.*; *)(__(Host|Secure)-doorward=[^;]*(; *|$))+(.*)$' '\\1\\5'
`;
/** Twice, for beneath a site's domain a host may have a site of its own, and its visitors then send both cookies. */
const keepCookie = `    # An app that keeps or leaks doorward's own cookie would give away a key that opens every other app too.
${replaceCookie}${replaceCookie}`;

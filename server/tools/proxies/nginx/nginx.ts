import type { Document } from "../documents.ts";
import { exampleApp, type ProxyModel } from "../model.ts";
import { purposeOf, type PublicHost } from "../public-hosts.ts";
import { httpSnippet } from "./http-snippet.ts";
import { protectSnippet } from "./protect-snippet.ts";
import { askSnippet, publicSnippet, serverSnippet, tlsSnippet } from "./snippets.ts";

/** For nginx 1.19.4 and later: a file for conf.d, and the snippets that it includes. */
export function nginxFiles(model: ProxyModel): ReadonlyMap<string, string> {
  return new Map([
    ["doorward.conf", siteFile(model)],
    ["snippets/doorward-http.conf", httpSnippet(model.hosts, model.identityHeaders)],
    ["snippets/doorward-server.conf", serverSnippet],
    ["snippets/doorward-ask.conf", askSnippet(model.identityHeaders)],
    ["snippets/doorward-protect.conf", protectSnippet(model.identityHeaders)],
    ["snippets/doorward-public.conf", publicSnippet],
    ["snippets/doorward-tls.conf", tlsSnippet],
  ]);
}

function siteFile({ hosts, doorward }: ProxyModel): string {
  return [
    head,
    upstreams(hosts, doorward),
    redirect(hosts),
    ...hosts.map((host) => server(host)),
  ].join("");
}

const head = `# nginx configuration printed by \`doorward config nginx\` from a doorward.yaml.
#
# Copy this file to /etc/nginx/conf.d/, and the folder snippets/ to /etc/nginx/snippets/.
# Edit the lines marked CHANGE: the addresses of the apps, and the certificate (in snippets/doorward-tls.conf).

include /etc/nginx/snippets/doorward-http.conf;
`;

function upstreams(hosts: readonly PublicHost[], doorward: string): string {
  const apps = hosts.filter(({ serves }) => serves !== "doorward").map(({ name }) => app(name));
  return `
upstream doorward {
    # doorward's listen address. Without max_fails=0, nginx can stop using it for 10 s after one failed request.
    server ${doorward} max_fails=0;
    keepalive 32;
}
${apps.join("")}`;
}

function app(name: string): string {
  return `
upstream ${name} {
    server ${exampleApp};                  # CHANGE: the app. It must be reachable only through this proxy.
    keepalive 32;
}
`;
}

/** Redirects http to https, for sites on port 443 only. */
function redirect(hosts: readonly PublicHost[]): string {
  const names = hosts.filter(({ scheme, port }) => scheme === "https" && port === 443);
  if (names.length === 0) return "";
  return `
server {
    listen 80;
    server_name ${names.map(({ host }) => host).join(" ")};
    return 308 https://$host$request_uri;
}
`;
}

function server(host: PublicHost): string {
  const { port, scheme, base, serves, name } = host;
  const tls =
    "    include /etc/nginx/snippets/doorward-tls.conf;              # CHANGE the certificate in that file\n";
  return `
# ${purposeOf(host)}
server {
    listen ${port}${scheme === "https" ? " ssl" : ""};
    server_name ${host.host};
${scheme === "https" ? tls : ""}
    set $doorward_base ${base === "" ? '""' : base};
    include /etc/nginx/snippets/doorward-server.conf;
${host.documents.map(metadata).join("")}${serves === "app" ? "" : endpoints(base)}${serves === "doorward" ? "" : guarded(name)}}
`;
}

function metadata({ path, text }: Document): string {
  return `
    # Where clients get tokens (RFC 9728). Public, and the same for every visitor.
    location = ${path} {
        if ($request_method !~ ^(GET|HEAD)$) {
            return 405;
        }
        default_type application/json;
        add_header Cache-Control               no-store always;
        add_header Access-Control-Allow-Origin *        always;  # clients also run in browsers
        return 200 '${text}';
    }
`;
}

function endpoints(base: string): string {
  return `
    # Hide /verify: a visitor who reached it could send forged headers.
    location ^~ ${base}/verify {
        return 404;
    }

    location ${base === "" ? "" : "^~ "}${base}/ {
        include /etc/nginx/snippets/doorward-public.conf;
    }
`;
}

function guarded(name: string): string {
  return `
    # Every further location needs both lines: without the first, it is public.
    location / {
        include /etc/nginx/snippets/doorward-protect.conf;
        proxy_pass http://${name};
    }
`;
}

import { exampleApp, type ProxyModel } from "../model.ts";
import { purposeOf, type PublicHost } from "../public-hosts.ts";
import { httpSnippet } from "./http-snippet.ts";
import { protectSnippet } from "./protect-snippet.ts";
import { askSnippet, publicSnippet, serverSnippet, tlsSnippet } from "./snippets.ts";

/** For nginx 1.19.4 and later: a file for conf.d, and what it includes. */
export function nginxFiles(model: ProxyModel): ReadonlyMap<string, string> {
  return new Map([
    ["doorward.conf", siteFile(model)],
    ["snippets/doorward-http.conf", httpSnippet(model.hosts, model.identityHeaders)],
    ["snippets/doorward-server.conf", serverSnippet],
    ["snippets/doorward-ask.conf", askSnippet],
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

const head = `# nginx, as \`doorward config nginx\` prints it for a doorward.yaml.
#
# Goes to /etc/nginx/conf.d/, the folder snippets/ beside it to /etc/nginx/snippets/.
# CHANGE marks what doorward cannot know: where the apps are, and the certificate (in the snippets).

include /etc/nginx/snippets/doorward-http.conf;
`;

function upstreams(hosts: readonly PublicHost[], doorward: string): string {
  const apps = hosts.filter(({ serves }) => serves !== "doorward").map(({ name }) => app(name));
  return `
upstream doorward {
    # Where doorward listens. Without max_fails=0 one hiccup would shut everybody out for 10 s.
    server ${doorward} max_fails=0;
    keepalive 32;
}
${apps.join("")}`;
}

function app(name: string): string {
  return `
upstream ${name} {
    server ${exampleApp};                  # CHANGE: the app. No way to it may lead past this proxy.
    keepalive 32;
}
`;
}

/** Who comes without TLS is sent to it; sites on ports of their own have no such door. */
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
    "    include /etc/nginx/snippets/doorward-tls.conf;              # CHANGE the certificate in there\n";
  return `
# ${purposeOf(host)}
server {
    listen ${port}${scheme === "https" ? " ssl" : ""};
    server_name ${host.host};
${scheme === "https" ? tls : ""}
    set $doorward_base ${base === "" ? '""' : base};
    include /etc/nginx/snippets/doorward-server.conf;
${serves === "app" ? "" : endpoints(base)}${serves === "doorward" ? "" : guarded(name)}}
`;
}

function endpoints(base: string): string {
  return `
    # The verdict is for this proxy alone: outside, anybody could ask it with headers of their own making.
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
    # More locations need both lines too: what does not include the first is open to everybody.
    location / {
        include /etc/nginx/snippets/doorward-protect.conf;
        proxy_pass http://${name};
    }
`;
}

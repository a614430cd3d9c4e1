import type { Document } from "../documents.ts";
import { exampleApp, type ProxyModel } from "../model.ts";
import { purposeOf, type PublicHost } from "../public-hosts.ts";
import { snippets } from "./snippets.ts";

/** For Caddy 2.6.2 and later: a Caddyfile, and the snippets that it imports. */
export function caddyFiles(model: ProxyModel): ReadonlyMap<string, string> {
  return new Map([
    [
      "Caddyfile",
      [
        head,
        ...model.hosts.map((host) => block(host, model.doorward)),
        otherHosts(model.hosts),
      ].join(""),
    ],
    ["doorward.caddy", snippets(model.identityHeaders)],
  ]);
}

const head = `# Caddyfile printed by \`doorward config caddy\` from a doorward.yaml. Keep doorward.caddy in the same folder.
# Edit the lines marked CHANGE: the addresses of the apps.

import doorward.caddy
`;

function block(host: PublicHost, doorward: string): string {
  const { authority, scheme, serves, base } = host;
  return `
# ${purposeOf(host)}
${scheme === "http" ? "http://" : ""}${authority} {
	import doorward_down
	import doorward_log

	# \`route\` keeps the directives in this order. Anything before forward_auth is public.
	route {
${[
  ...host.documents.map(metadata),
  ...(serves === "app" ? [] : [endpoints(base, doorward)]),
  ...(serves === "doorward" ? [] : [guarded(host, doorward)]),
].join("\n")}	}
}
`;
}

/** A block for every port without a host name, which Caddy takes last. */
function otherHosts(hosts: readonly PublicHost[]): string {
  const isSecure = hosts.some(({ scheme }) => scheme === "https");
  const addresses = [
    ...(isSecure ? ["http://"] : []), // where Caddy redirects the hosts above
    ...hosts.map(({ scheme, authority, host }) => `${scheme}://${authority.slice(host.length)}`),
  ];
  return `
# Other hosts: the connection ends. Without this block, Caddy answers them with an empty 200. If your Caddyfile has a
# block for all hosts already, delete this one.
${[...new Set(addresses)].join(", ")} {
	abort
}
`;
}

function metadata({ path, text }: Document, index: number): string {
  const matcher = `@doorward_metadata_${index + 1}`;
  return `		# Where clients get tokens (RFC 9728). Public, and the same for every visitor.
		${matcher} {
			method GET HEAD
			path ${path}
		}
		handle ${matcher} {
			header Content-Type application/json
			header Cache-Control no-store
			# Clients also run in browsers.
			header Access-Control-Allow-Origin *
			respond \`${text}\` 200
		}
`;
}

function endpoints(base: string, doorward: string): string {
  return `		# Hide /verify: a visitor who reached it could send forged headers.
		respond ${base}/verify* 404
		reverse_proxy ${base === "" ? "" : `${base}/* `}${doorward} {
			header_up X-Request-Id {http.request.uuid}
		}
`;
}

function guarded({ base, host, authority }: PublicHost, doorward: string): string {
  return `		import doorward_strip
		forward_auth ${doorward} {
			# The ? keeps the visitor's query out of the auth request.
			uri ${base}/verify?
			# Caddy chose the app by host name alone, so the port in the visitor's Host header is ignored. Caddy warns
			# that this is unnecessary: its own value has that port.
			header_up X-Forwarded-Host {host}${authority.slice(host.length)}
			import doorward_ask
		}
		import doorward_keep_cookie
		# CHANGE: the app. It must be reachable only through this proxy.
		reverse_proxy ${exampleApp}
`;
}

import { exampleApp, type ProxyModel } from "../model.ts";
import { purposeOf, type PublicHost } from "../public-hosts.ts";
import { snippets } from "./snippets.ts";

/** For Caddy 2.6.2 and later: a Caddyfile, and what it imports. */
export function caddyFiles(model: ProxyModel): ReadonlyMap<string, string> {
  return new Map([
    ["Caddyfile", head + model.hosts.map((host) => block(host, model.doorward)).join("")],
    ["doorward.caddy", snippets(model.identityHeaders)],
  ]);
}

const head = `# Caddy, as \`doorward config caddy\` prints it for a doorward.yaml. doorward.caddy lies beside this file.
# CHANGE marks what doorward cannot know: where the apps are.

import doorward.caddy
`;

function block(host: PublicHost, doorward: string): string {
  const { authority, scheme, serves, base } = host;
  return `
# ${purposeOf(host)}
${scheme === "http" ? "http://" : ""}${authority} {
	import doorward_down

	# \`route\` keeps the order as written. What stands before forward_auth is open to everybody.
	route {
${[
  ...(serves === "app" ? [] : [endpoints(base, doorward)]),
  ...(serves === "doorward" ? [] : [guarded(host, doorward)]),
].join("\n")}	}
}
`;
}

function endpoints(base: string, doorward: string): string {
  return `		# The verdict is for this proxy alone: outside, anybody could ask it with headers of their own making.
		respond ${base}/verify* 404
		reverse_proxy ${base === "" ? "" : `${base}/* `}${doorward}
`;
}

function guarded({ base, host, authority }: PublicHost, doorward: string): string {
  return `		import doorward_strip
		forward_auth ${doorward} {
			# The ? keeps the visitor's query out of the question.
			uri ${base}/verify?
			# By name alone Caddy chose the app: a port that the visitor wrote would be another one's.
			header_up X-Forwarded-Host {host}${authority.slice(host.length)}
			import doorward_ask
		}
		import doorward_keep_cookie
		# CHANGE: the app. No way to it may lead past this proxy.
		reverse_proxy ${exampleApp}
`;
}

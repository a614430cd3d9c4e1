import { believedPrefixes, namesBesidePrefixes, namesToStrip } from "../visitor-headers.ts";

/** What every block of the Caddyfile imports. */
export function snippets(identityHeaders: readonly string[]): string {
  return `# What the Caddyfile beside this file imports. Nothing in here needs a change.

${strip(identityHeaders)}
${ask(identityHeaders)}
${keepCookie}
${down}`;
}

function strip(identityHeaders: readonly string[]): string {
  const names = [...namesToStrip(identityHeaders), ...identityHeaders].filter(isNotAsked);
  return `# Takes from the visitor every header that would speak for doorward or for this proxy. Only inside
# \`route\`: elsewhere Caddy runs request_header after forward_auth, and this would erase the identity.
(doorward_strip) {
	# Whatever \`Connection\` names, Caddy drops on the way to the app: the visitor must not choose that.
	@doorward_websocket header_regexp Upgrade (?i)^websocket$
	request_header -Connection
	request_header @doorward_websocket Connection Upgrade

	# Apps behind CGI, WSGI or PHP read X_Auth_Request_User and X.Auth.Request.User as X-Auth-Request-User.
	request_header -*_*
	request_header -*.*

${[...believedPrefixes.map((prefix) => `${prefix}*`), ...namesBesidePrefixes(names)]
  .map((name) => `	request_header -${name}\n`)
  .join("")}
	request_header -X-Original-*
	request_header -X-Forwarded-Method
	request_header -X-Forwarded-Port
	request_header -X-Forwarded-Prefix
	request_header -X-Forwarded-Uri
	request_header -X-Real-Ip
	request_header -Forwarded
	# Becomes HTTP_PROXY in CGI programs.
	request_header -Proxy
}
`;
}

/** The visitor's own goes into the question; the answer then stands in its place. */
function isNotAsked(name: string): boolean {
  return name.toLowerCase() !== "authorization";
}

function ask(identityHeaders: readonly string[]): string {
  return `# How to ask, inside forward_auth.
(doorward_ask) {
	header_up -Connection
	header_up -Upgrade
	copy_headers ${identityHeaders.join(" ")}
	transport http {
		dial_timeout 2s
		# Without this a doorward that hangs would hang every visitor for ever.
		response_header_timeout 5s
		max_response_header 32KiB
		keepalive 60s
		keepalive_idle_conns_per_host 32
	}
}
`;
}

const keepCookie = `# After forward_auth: an app that keeps or leaks doorward's own cookie would give away a key that opens
# every other app too.
(doorward_keep_cookie) {
	request_header Cookie "(^|; *)(?:__(?:Host|Secure)-doorward=[^;]*(?:; *|$))+" "$1"
}
`;

const down = `# doorward or the app is out of reach: a plain word instead of an empty 502.
(doorward_down) {
	handle_errors {
		@doorward_down expression \`{http.error.status_code} in [502, 503, 504]\`
		header @doorward_down Cache-Control no-store
		header @doorward_down Retry-After 5
		respond @doorward_down "This page is not available right now. Please try again in a moment." 503
	}
}
`;

import { familiesToStrip, otherNamesToStrip } from "../visitor-headers.ts";

/** Snippets that every block of the Caddyfile imports. */
export function snippets(identityHeaders: readonly string[]): string {
  return `# Snippets for the Caddyfile in the same folder. Nothing in this file needs editing.

${strip(identityHeaders)}
${ask(identityHeaders)}
${keepCookie}
${down}
${log}`;
}

function strip(identityHeaders: readonly string[]): string {
  return `# Removes headers that only doorward or this proxy may set. Import it inside \`route\` only: elsewhere Caddy
# runs request_header after forward_auth, and this would remove the identity headers.
(doorward_strip) {
	# Caddy removes every header named in \`Connection\`, so a visitor could remove identity headers with it.
	@doorward_websocket header_regexp Upgrade (?i)^websocket$
	request_header -Connection
	request_header @doorward_websocket Connection Upgrade

	# Apps behind CGI, WSGI or PHP read X_Auth_Request_User and X.Auth.Request.User as X-Auth-Request-User.
	request_header -*_*
	request_header -*.*

	# Whole families, because an app that trusts one header of a family often reads others too. An app that needs
	# one of them from a gate in front of Caddy needs that line removed.
${familiesToStrip.map((family) => `	request_header -${family}*\n`).join("")}
${[...otherNamesToStrip(identityHeaders), ...aboutTheConnection]
  .map((name) => `	request_header -${name}\n`)
  .join("")}}
`;
}

/** Caddy passes these on from a trusted proxy, or from every visitor, and the app could believe them. */
const aboutTheConnection = ["X-Forwarded-Host", "X-Forwarded-Port", "X-Real-Ip"];

function ask(identityHeaders: readonly string[]): string {
  return `# Options of the auth request, inside forward_auth.
(doorward_ask) {
	header_up -Connection
	header_up -Upgrade
	header_up X-Request-Id {http.request.uuid}
	copy_headers ${identityHeaders.join(" ")}
	transport http {
		dial_timeout 2s
		# Without this, visitors wait forever when doorward hangs.
		response_header_timeout 5s
		max_response_header 32KiB
		keepalive 60s
		keepalive_idle_conns_per_host 32
	}
}
`;
}

const keepCookie = `# After forward_auth: removes doorward's session cookie. An app that stores or leaks it would give access to
# every other app.
(doorward_keep_cookie) {
	request_header Cookie "(^|; *)(?:__(?:Host|Secure)-doorward-[0-9a-f]{6}=[^;]*(?:; *|$))+" "$1"
}
`;

const down = `# If doorward or the app is unreachable: a plain text 503 instead of an empty 502.
(doorward_down) {
	handle_errors {
		@doorward_down expression \`{http.error.status_code} in [502, 503, 504]\`
		header @doorward_down Cache-Control no-store
		header @doorward_down Retry-After 5
		respond @doorward_down "This page is not available right now. Please try again in a moment." 503
	}
}
`;

const log = `# The access log, with the id that doorward's log lines and pages have too, as X-Request-Id of resp_headers. No query and
# no headers of the request: those of a sign-in have an issuer's code, and others can have secrets of the app.
(doorward_log) {
	header {
		X-Request-Id {http.request.uuid}
		defer
	}
	log {
		format filter {
			wrap json
			fields {
				request>uri regexp \\?.* ""
				request>headers delete
				resp_headers>Location delete
			}
		}
	}
}
`;

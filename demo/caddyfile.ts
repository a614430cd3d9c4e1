import type { Ports } from "./front.ts";

/** The configuration of the demo's Caddy. */
export function caddyfile({ port, doorward, app }: Ports): string {
  return `# The proxy of the demo, with plain http on this machine only. For a real site use deploy/caddy.
{
	admin off
	auto_https off
	log {
		level ERROR
	}
}

http://:${port} {
	bind 127.0.0.1

	# route keeps this order; Caddy's default order would strip headers after forward_auth.
	route {
		# Only the proxy may call /verify.
		@verify path /_auth/verify /_auth/verify/*
		respond @verify 404

		@doorward path /_auth/*
		handle @doorward {
			reverse_proxy 127.0.0.1:${doorward}
		}

		handle {
			route {
				# A visitor can forge these headers.
				request_header -*_*
				request_header -X-Auth-Request-*
				request_header -X-Original-*
				request_header -X-Forwarded-Uri
				request_header -X-Forwarded-Method

				forward_auth 127.0.0.1:${doorward} {
					# The question mark drops the visitor's query from the call to /verify.
					uri /_auth/verify?
					header_up -Upgrade
					header_up -Connection
					copy_headers X-Auth-Request-User X-Auth-Request-Email X-Auth-Request-Groups X-Auth-Request-Preferred-Username
				}
				reverse_proxy 127.0.0.1:${app}
			}
		}
	}
}
`;
}

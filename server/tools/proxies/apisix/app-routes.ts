import { visitorHeaders } from "../../../forwarded/request-headers.ts";
import { indent, listed } from "../indent.ts";
import type { ProxyModel } from "../model.ts";
import type { PublicHost } from "../public-hosts.ts";
import { beforeApp, beforeForwardAuth } from "./functions.ts";
import { onlyBy } from "./schemes.ts";

/** Response headers that APISIX passes to the visitor when doorward does not allow the request. */
const shown = [
  "Location",
  "Content-Type",
  "Content-Security-Policy",
  "Cache-Control",
  "Referrer-Policy",
  "Retry-After",
  "WWW-Authenticate",
  "X-Content-Type-Options",
  "X-Request-Id",
];

/**
 * Two routes per app. With WebSockets enabled, APISIX passes on any Upgrade header, and after `h2c` a visitor
 * could send further requests that doorward never checks.
 */
export function appRoutes({ host, name, scheme }: PublicHost): string {
  return `  - id: websocket-${name}
    host: "${host}"
    uri: /*
    priority: 5
${onlyBy(scheme, '[http_upgrade, "~*", "^websocket$"]')}    enable_websocket: true
    plugin_config_id: ${name}
    upstream_id: ${name}
  - id: ${name}
    host: "${host}"
    uri: /*
${onlyBy(scheme)}    plugin_config_id: ${name}
    upstream_id: ${name}
`;
}

/** The plugins that ask doorward before each app. */
export function guards({ hosts, identityHeaders, doorward }: ProxyModel): string {
  return hosts
    .filter(({ serves }) => serves !== "doorward")
    .map(
      (host) => `  - id: ${host.name}
    plugins:
      serverless-pre-function:
        phase: rewrite
        functions:
          - |
${indent(beforeForwardAuth(host, identityHeaders), 12)}      forward-auth:
        uri: http://${doorward}${host.base}/verify
        timeout: 5000
        # If doorward does not answer, deny the request. Never set allow_degradation.
        status_on_error: 503
        request_headers:
${listed(visitorHeaders, 10)}        # Each is set to doorward's value, or removed.
        upstream_headers:
${listed(identityHeaders, 10)}        client_headers:
${listed(shown, 10)}      serverless-post-function:
        phase: before_proxy
        functions:
          - |
${indent(beforeApp, 12)}`,
    )
    .join("");
}

import { visitorHeaders } from "../../../forwarded/request-headers.ts";
import { indent, listed } from "../indent.ts";
import type { ProxyModel } from "../model.ts";
import type { PublicHost } from "../public-hosts.ts";
import { beforeTheApp, beforeTheQuestion } from "./functions.ts";
import { onlyBy } from "./schemes.ts";

/** What visitors see of an answer that is no allow; all else stays behind. */
const shown = [
  "Location",
  "Content-Type",
  "Content-Security-Policy",
  "Cache-Control",
  "Referrer-Policy",
  "Retry-After",
  "WWW-Authenticate",
  "X-Content-Type-Options",
];

/**
 * Two routes an app: with WebSockets allowed APISIX passes on whatever the visitor writes in Upgrade, and over
 * `h2c` an app would take further requests, past every question.
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

/** The question before each app. */
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
${indent(beforeTheQuestion(host, identityHeaders), 12)}      forward-auth:
        uri: http://${doorward}${host.base}/verify
        timeout: 5000
        # Without an answer nobody passes. Never set allow_degradation.
        status_on_error: 503
        request_headers:
${listed(visitorHeaders, 10)}        # Each is set to doorward's word, or taken off.
        upstream_headers:
${listed(identityHeaders, 10)}        client_headers:
${listed(shown, 10)}      serverless-post-function:
        phase: before_proxy
        functions:
          - |
${indent(beforeTheApp, 12)}`,
    )
    .join("");
}

import { visitorHeaders } from "../../forwarded/request-headers.ts";
import { indent } from "../indent.ts";
import type { ProxyModel } from "../model.ts";
import type { PublicHost } from "../public-hosts.ts";
import { namesToStrip } from "../visitor-headers.ts";
import { onlyBy } from "./schemes.ts";

/** Names by which a visitor could tell the app of another request. */
const aboutTheRequest = [
  "X-Forwarded-For",
  "X-Forwarded-Host",
  "X-Forwarded-Method",
  "X-Forwarded-Port",
  "X-Forwarded-Prefix",
  "X-Forwarded-Proto",
  "X-Forwarded-Uri",
  "X-Original-Method",
  "X-Original-URI",
  "X-Original-URL",
  "X-Real-IP",
  "Forwarded",
  "Proxy",
];

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

/** The question before each app, and what is taken off its requests. */
export function guards({ hosts, identityHeaders, doorward }: ProxyModel): string {
  return hosts
    .filter(({ serves }) => serves !== "doorward")
    .map(
      (host) => `  - id: ${host.name}
    plugins:
      forward-auth:
        uri: http://${doorward}${host.base}/verify
        timeout: 5000
        # Without an answer nobody passes. Never set allow_degradation.
        status_on_error: 503
${withPort(host)}        request_headers: [${visitorHeaders.join(", ")}]
        # Each is set to doorward's word, or taken off.
        upstream_headers: [${identityHeaders.join(", ")}]
        client_headers: [${shown.join(", ")}]
      # doorward's own headers must not stand here: newer versions run this after the answer, older ones before.
      proxy-rewrite:
        headers:
          remove:
${indent([...namesToStrip(identityHeaders), ...aboutTheRequest].map((name) => `- ${name}\n`).join(""), 12)}      # An app that keeps or leaks doorward's own cookie would give away a key that opens every other app too.
      serverless-post-function:
        phase: before_proxy
        functions:
          - |
${indent(keepCookie, 12)}`,
    )
    .join("");
}

/** By itself APISIX says the host without its port. */
function withPort({ authority, host, port }: PublicHost): string {
  return authority === host ? "" : `        extra_headers: { X-Forwarded-Host: "$host:${port}" }\n`;
}

const keepCookie = `return function(conf, ctx)
  local core = require("apisix.core")
  local sent = core.request.header(ctx, "Cookie")
  if not sent then
    return
  end
  local kept = {}
  for cookie in sent:gmatch("[^;]+") do
    local bare = cookie:match("^%s*(.-)%s*$")
    if not bare:find("^__Host%-doorward=") and not bare:find("^__Secure%-doorward=") then
      kept[#kept + 1] = bare
    end
  end
  core.request.set_header(ctx, "Cookie", #kept > 0 and table.concat(kept, "; ") or nil)
end
`;

import { indent, listed } from "../indent.ts";
import { exampleApp, type ProxyModel } from "../model.ts";
import type { PublicHost } from "../public-hosts.ts";
import { checkHeaders, checkPath } from "./check-request.ts";
import { guardedHosts, plainHosts } from "./virtual-hosts.ts";
import { keepCookie, stripHeaders } from "./lua.ts";

/** The bootstrap configuration for Envoy 1.26 and later. */
export function bootstrap(model: ProxyModel): string {
  const { hosts, doorward } = model;
  const byPort = Map.groupBy(hosts, ({ port }) => port);
  const redirected = hosts.filter(({ scheme, port }) => scheme === "https" && port === 443);
  const needsPlain = redirected.length > 0 && !byPort.has(80);
  return [
    head,
    needsPlain ? listener(80, undefined, plainHosts(redirected), "") : "",
    ...Array.from(byPort, ([port, sharing]) =>
      listener(port, sharing, guardedHosts(sharing), filters(model, sharing)),
    ),
    "\n  clusters:\n",
    cluster("doorward", doorward, "# doorward's listen address"),
    ...hosts
      .filter(({ serves }) => serves !== "doorward")
      .map(({ name }) =>
        cluster(
          name,
          exampleApp,
          "# CHANGE: the app. It must be reachable only through this proxy.",
        ),
      ),
  ].join("");
}

const head = `# For Envoy 1.26 or later, printed by \`doorward config envoy\` from a doorward.yaml.
#
# Edit the lines marked CHANGE: the addresses of the apps, and the certificates.

static_resources:
  listeners:
`;

/** The listener of a port. Without `sharing`, it only redirects to https. */
function listener(
  port: number,
  sharing: readonly PublicHost[] | undefined,
  virtualHosts: string,
  httpFilters: string,
): string {
  const isTls = sharing?.[0]?.scheme === "https";
  return `    - name: doorward-${port}
      address: { socket_address: { address: "::", port_value: ${port}, ipv4_compat: true } }
${isTls ? tlsInspector : ""}      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: doorward-${port}
                # Ignore X-Forwarded-For and X-Forwarded-Proto sent by the visitor.
                use_remote_address: true
${accessLog}                common_http_protocol_options:
                  # Apps behind CGI, WSGI or PHP read X_Auth_Request_User as X-Auth-Request-User.
                  headers_with_underscores_action: DROP_HEADER
                # Only WebSocket upgrades pass.
                upgrade_configs: [{ upgrade_type: websocket }]
${localReplies}                http_filters:
${httpFilters}                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
                route_config:
                  virtual_hosts:
${virtualHosts}${isTls ? certificate(sharing ?? []) : ""}`;
}

const accessLog = `                # The access log. Its last field is the id that doorward's log lines and pages have too. No query: that of
                # a sign-in has an issuer's code.
                access_log:
                  - name: envoy.access_loggers.stdout
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog
                      log_format:
                        text_format_source:
                          inline_string: "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% [%START_TIME%] \\"%REQ(:METHOD)% %REQ(:AUTHORITY)%%REQ_WITHOUT_QUERY(:PATH)%\\" %RESPONSE_CODE% %REQ(X-REQUEST-ID)%\\n"
                        formatters:
                          - name: envoy.formatter.req_without_query
                            typed_config:
                              "@type": type.googleapis.com/envoy.extensions.formatter.req_without_query.v3.ReqWithoutQuery
`;

const tlsInspector = `      listener_filters:
        - name: envoy.filters.listener.tls_inspector
          typed_config:
            "@type": type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector
`;

const localReplies = `                # If doorward or the app is unreachable: a plain text 503 instead of an empty page.
                local_reply_config:
                  mappers:
                    - filter:
                        status_code_filter:
                          comparison:
                            op: GE
                            value: { default_value: 502, runtime_key: doorward.down }
                      status_code: 503
                      body:
                        inline_string: "This page is not available right now. Please try again in a moment.\\n"
                      headers_to_add:
                        - header: { key: cache-control, value: no-store }
                          append_action: OVERWRITE_IF_EXISTS_OR_ADD
                        - header: { key: retry-after, value: "5" }
                          append_action: OVERWRITE_IF_EXISTS_OR_ADD
`;

function certificate(hosts: readonly PublicHost[]): string {
  return `          # Requests for unknown hosts get no certificate and no response.
          filter_chain_match:
            server_names:
${listed(
  hosts.map(({ host }) => `"${host}"`),
  14,
)}          transport_socket:
            name: envoy.transport_sockets.tls
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
              common_tls_context:
                alpn_protocols: [h2, http/1.1]
                tls_certificates:
                  - certificate_chain: { filename: /etc/envoy/tls/example.com.pem } # CHANGE: the full chain
                    private_key: { filename: /etc/envoy/tls/example.com.key } # CHANGE
`;
}

function filters({ hosts, identityHeaders }: ProxyModel, [first]: readonly PublicHost[]): string {
  return `${lua("doorward.strip", stripHeaders(identityHeaders))}                  - name: doorward.ask
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz
                      # If doorward does not answer, deny the request. Never set failure_mode_allow.
                      status_on_error: { code: ServiceUnavailable }
                      allowed_headers:
                        patterns:
${exact(26, checkHeaders)}                      http_service:
                        server_uri: { uri: http://doorward, cluster: doorward, timeout: 5s }
                        path_prefix: ${checkPath(hosts)}
                        authorization_request:
                          headers_to_add: [{ key: x-forwarded-proto, value: ${first?.scheme} }]
                        authorization_response:
                          allowed_upstream_headers:
                            patterns:
${exact(
  30,
  identityHeaders.map((name) => name.toLowerCase()),
)}${lua("doorward.keep-cookie", keepCookie)}`;
}

function exact(spaces: number, names: readonly string[]): string {
  return names
    .map((name) => `${" ".repeat(spaces)}- { exact: ${name}, ignore_case: true }\n`)
    .join("");
}

function lua(name: string, code: string): string {
  return `                  - name: ${name}
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua
                      default_source_code:
                        inline_string: |
${indent(code, 26)}`;
}

function cluster(name: string, address: string, comment: string): string {
  const { hostname, port } = new URL(`http://${address}`);
  return `    ${comment}
    - name: ${name}
      type: STRICT_DNS
      connect_timeout: 2s
      load_assignment:
        cluster_name: ${name}
        endpoints:
          - lb_endpoints:
              - endpoint:
                  address:
                    socket_address:
                      address: "${hostname.replace(/^\[|\]$/g, "")}"
                      port_value: ${port === "" ? 80 : port}
`;
}

import { listed } from "../indent.ts";
import type { Document } from "../documents.ts";
import { purposeOf, type PublicHost } from "../public-hosts.ts";

/** Redirects http to https, for sites on port 443 only. */
export function plainHosts(hosts: readonly PublicHost[]): string {
  return hosts
    .map(
      ({ name, host }) => `                    - name: ${name}
                      domains:
${listed([`"${host}"`, `"${host}:80"`], 24)}                      routes:
                        - match: { prefix: / }
                          redirect:
                            https_redirect: true
                            response_code: PERMANENT_REDIRECT
`,
    )
    .join("");
}

/** The routes of each host. */
export function guardedHosts(hosts: readonly PublicHost[]): string {
  return hosts
    .map((host) => {
      const apps = host.serves === "doorward" ? own("") : guarded(host);
      const routes = host.documents.map(metadata).join("") + apps;
      return `                    # ${purposeOf(host)}
                    - name: ${host.name}
                      domains:
${listed(domains(host), 24)}                      routes:
${routes}`;
    })
    .join("");
}

/** With and without the port, because a Host header may contain either. */
function domains({ host, port, authority }: PublicHost): string[] {
  const names = authority === host ? [host, `${host}:${port}`] : [authority];
  return names.map((name) => `"${name}"`);
}

/** Envoy's own answer would be text/plain. */
function metadata({ path, text }: Document): string {
  return `                        # Where clients get tokens (RFC 9728). Public, and the same for every visitor.
                        - match:
                            path: ${path}
                            headers: [{ name: ":method", string_match: { safe_regex: { regex: "GET|HEAD" } } }]
                          direct_response: { status: 200, body: { inline_string: '${text}' } }
                          response_headers_to_add:
                            - header: { key: content-type, value: application/json }
                              append_action: OVERWRITE_IF_EXISTS_OR_ADD
                            - header: { key: cache-control, value: no-store }
                              append_action: OVERWRITE_IF_EXISTS_OR_ADD
                            # Clients also run in browsers.
                            - header: { key: access-control-allow-origin, value: "*" }
                              append_action: OVERWRITE_IF_EXISTS_OR_ADD
${disabled}`;
}

/** Hides /verify: a visitor who reached it could send forged headers. */
function own(base: string): string {
  return `                        - match: { prefix: "${base}/verify" }
                          direct_response: { status: 404 }
${disabled}                        - match: { prefix: "${base}/" }
                          route: { cluster: doorward, timeout: 30s }
${disabled}`;
}

/** doorward's own endpoints need no check request, and they need its cookie. */
const disabled = `                          typed_per_filter_config:
                            doorward.ask:
                              "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute
                              disabled: true
                            doorward.keep-cookie:
                              "@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.LuaPerRoute
                              disabled: true
`;

function guarded({ name, base, serves }: PublicHost): string {
  return `${serves === "both" ? own(base) : ""}                        - match: { prefix: / }
                          route: { cluster: ${name}, timeout: 0s }
`;
}

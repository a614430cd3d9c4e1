import { listed, lower } from "../indent.ts";
import type { ProxyModel } from "../model.ts";
import { purposeOf, type PublicHost } from "../public-hosts.ts";
import { namesAboutTheRequest, namesToStrip } from "../visitor-headers.ts";
import { questionHeaders, questionPath } from "./question.ts";

/** For an Istio ingress gateway: the provider, who is asked about, and the routes. */
export function istio(model: ProxyModel): string {
  return [
    head,
    meshConfig(model),
    policy(model.hosts),
    ...model.hosts.map((host) => virtualService(host, model)),
  ].join("");
}

const head = `# Istio 1.22 or later with its ingress gateway, as \`doorward config envoy\` prints it for a doorward.yaml.
# CHANGE marks what doorward cannot know. doorward is the Service "doorward" in the namespace "doorward".
`;

function meshConfig({ hosts, identityHeaders, doorwardPort }: ProxyModel): string {
  const scheme = hosts[0]?.scheme ?? "https";
  return `---
# CHANGE: this is no resource of its own. Merge it into the mesh configuration (ConfigMap "istio", key "mesh").
extensionProviders:
  - name: doorward
    envoyExtAuthzHttp:
      service: doorward.doorward.svc.cluster.local
      port: ${doorwardPort}
      pathPrefix: "${questionPath(hosts)}"
      timeout: 5s
      # Without an answer nobody passes. Never set failOpen.
      failOpen: false
      statusOnError: "503"
      includeRequestHeadersInCheck:
${listed(questionHeaders, 8)}      includeAdditionalHeadersInCheck:
        x-forwarded-proto: ${scheme}
      headersToUpstreamOnAllow:
${listed(lower(identityHeaders), 8)}`;
}

/** What is not named is asked about: a host that somebody adds to the gateway later, too. */
function policy(hosts: readonly PublicHost[]): string {
  const own = hosts.filter(({ serves }) => serves !== "app");
  const mounted = own.filter(({ serves }) => serves === "both");
  const asMounted = mounted.map(
    ({ host, base }) => `    - to:
        - operation:
            hosts:
${listed([`"${host}"`, `"${host}:*"`], 14)}            # Exactly these pages are doorward's own.
            notPaths:
${listed(
  ["start", "callback", "callback/*", "sign_out"].map((page) => `"${base}/${page}"`),
  14,
)}`,
  );
  const names = own.flatMap(({ host }) => [`"${host}"`, `"${host}:*"`]);
  return `---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: doorward
  namespace: istio-system # CHANGE: the gateway's
spec:
  selector:
    matchLabels:
      istio: ingressgateway # CHANGE: the gateway's
  action: CUSTOM
  provider:
    name: doorward
  rules:
    # All hosts but doorward's own. To name the guarded ones instead would leave any other open.
    - to:
        - operation:
            notHosts:
${listed(names, 14)}${asMounted.join("")}`;
}

function virtualService(host: PublicHost, { doorwardPort, identityHeaders }: ProxyModel): string {
  const { base, name, serves } = host;
  return `---
# ${purposeOf(host)}
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: ${name}
  namespace: doorward # CHANGE: the app's
spec:
  hosts: ["${host.host}"]
  gateways: [istio-system/gateway] # CHANGE
  http:
${serves === "app" ? "" : endpoints(base, doorwardPort)}${serves === "doorward" ? "" : app(name, identityHeaders)}`;
}

/** Not /verify: asked from outside, it could be told of any request. */
function endpoints(base: string, port: number): string {
  return `    - match:
        - uri: { exact: ${base}/start }
        - uri: { exact: ${base}/callback }
        - uri: { prefix: ${base}/callback/ }
        - uri: { exact: ${base}/sign_out }
      route:
        - destination:
            host: doorward.doorward.svc.cluster.local
            port: { number: ${port} }
`;
}

function app(name: string, identityHeaders: readonly string[]): string {
  const names = [
    ...namesToStrip(identityHeaders),
    ...namesAboutTheRequest,
    "X-Forwarded-Uri",
    "X-Forwarded-Method",
  ];
  return `    - route:
        - destination: { host: ${name}, port: { number: 8080 } } # CHANGE: the app's Service
      # Other names that apps believe. doorward's own are set after its answer, so they must not stand here.
      headers:
        request:
          remove:
${listed(lower(names), 12)}`;
}

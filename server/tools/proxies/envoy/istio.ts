import { listed, lower } from "../indent.ts";
import type { ProxyModel } from "../model.ts";
import { purposeOf, type PublicHost } from "../public-hosts.ts";
import { allNamesToStrip, namesAboutTheRequest } from "../visitor-headers.ts";
import { checkHeaders, checkPath } from "./check-request.ts";

/** For an Istio ingress gateway: the extension provider, the authorization policy and the routes. */
export function istio(model: ProxyModel): string {
  return [
    head,
    meshConfig(model),
    policy(model.hosts),
    ...model.hosts.map((host) => virtualService(host, model)),
  ].join("");
}

const head = `# For Istio 1.22 or later with its ingress gateway, printed by \`doorward config envoy\` from a doorward.yaml.
# Edit the lines marked CHANGE. doorward is the Service "doorward" in the namespace "doorward".
`;

function meshConfig({ hosts, identityHeaders, doorwardPort }: ProxyModel): string {
  const scheme = hosts[0]?.scheme ?? "https";
  return `---
# CHANGE: this is not a Kubernetes resource. Merge it into the mesh configuration (ConfigMap "istio", key "mesh").
extensionProviders:
  - name: doorward
    envoyExtAuthzHttp:
      service: doorward.doorward.svc.cluster.local
      port: ${doorwardPort}
      pathPrefix: "${checkPath(hosts)}"
      timeout: 5s
      # If doorward does not answer, deny the request. Never set failOpen: true.
      failOpen: false
      statusOnError: "503"
      includeRequestHeadersInCheck:
${listed(checkHeaders, 8)}      includeAdditionalHeadersInCheck:
        x-forwarded-proto: ${scheme}
      headersToUpstreamOnAllow:
${listed(lower(identityHeaders), 8)}`;
}

/** Asks about every host that is not listed, including hosts added to the gateway later. */
function policy(hosts: readonly PublicHost[]): string {
  const own = hosts.filter(({ serves, documents }) => serves !== "app" || documents.length > 0);
  // Istio compares host names with any port, and asks if any of these rules applies.
  const mounted = Map.groupBy(
    own.filter(({ serves }) => serves !== "doorward"),
    ({ host }) => host,
  );
  const asMounted = Array.from(mounted, ([host, sharing]) => {
    // A host under this wildcard whose documents are public has a rule of its own.
    const narrower = [...mounted]
      .filter(([, ofHost]) => ofHost.some(({ documents }) => documents.length > 0))
      .map(([one]) => one)
      .filter((one) => host.startsWith("*") && one !== host && one.endsWith(host.slice(1)));
    return `    - to:
        - operation:
            hosts:
${listed(onAnyPort(host), 14)}${narrower.length === 0 ? "" : `            notHosts:\n${listed(narrower.flatMap(onAnyPort), 14)}`}            # Only these paths are doorward's endpoints.
            notPaths:
${listed(
  [...new Set(sharing.flatMap(publicPaths))].map((path) => `"${path}"`),
  14,
)}`;
  });
  const names = [...new Set(own.flatMap(({ host }) => onAnyPort(host)))];
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
    # All hosts except doorward's own. A list of protected hosts would leave every other host public.
    - to:
        - operation:
            notHosts:
${listed(names, 14)}${asMounted.join("")}`;
}

function onAnyPort(host: string): string[] {
  return [`"${host}"`, `"${host}:*"`];
}

function publicPaths({ serves, base, documents }: PublicHost): string[] {
  const pages = ["start", "callback", "callback/*", "sign_out"].map((page) => `${base}/${page}`);
  return [...(serves === "both" ? pages : []), ...documents.map(({ path }) => path)];
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
${host.documents.map(({ path }) => toDoorward([`exact: ${path}`], doorwardPort)).join("")}${serves === "app" ? "" : endpoints(base, doorwardPort)}${serves === "doorward" ? "" : app(name, identityHeaders)}`;
}

/** Without /verify: a visitor who reached it could send forged headers. */
function endpoints(base: string, port: number): string {
  const uris = ["exact: /start", "exact: /callback", "prefix: /callback/", "exact: /sign_out"];
  return toDoorward(
    uris.map((uri) => uri.replace("/", `${base}/`)),
    port,
  );
}

function toDoorward(uris: readonly string[], port: number): string {
  return `    - match:
${uris.map((uri) => `        - uri: { ${uri} }\n`).join("")}      route:
        - destination:
            host: doorward.doorward.svc.cluster.local
            port: { number: ${port} }
`;
}

function app(name: string, identityHeaders: readonly string[]): string {
  const names = [
    ...allNamesToStrip(identityHeaders),
    ...namesAboutTheRequest,
    "X-Forwarded-Uri",
    "X-Forwarded-Method",
  ];
  return `    - route:
        - destination: { host: ${name}, port: { number: 8080 } } # CHANGE: the app's Service
      # Other identity headers that apps may trust. Do not list doorward's own: Istio sets them before this step.
      headers:
        request:
          remove:
${listed(lower(names), 12)}`;
}

import { listed, lower } from "../indent.ts";
import type { ProxyModel } from "../model.ts";
import type { PublicHost } from "../public-hosts.ts";
import { namesAboutTheRequest, namesToStrip } from "../visitor-headers.ts";
import { checkHeaders } from "./check-request.ts";

/** The Gateway API allows at most this many headers in one `remove` list. */
const mostRemoved = 16;

/** For Envoy Gateway: one route per host, and one policy per protected host. */
export function gateway(model: ProxyModel): string {
  const names = [
    ...namesToStrip(model.identityHeaders),
    ...namesAboutTheRequest,
    "X-Forwarded-Uri",
    "X-Forwarded-Method",
  ];
  return [
    head,
    clientPolicy(names.slice(0, mostRemoved)),
    ...model.hosts.map((host) => resources(host, model, names.slice(mostRemoved, 2 * mostRemoved))),
  ].join("");
}

const head = `# For Envoy Gateway 1.2 or later, printed by \`doorward config envoy\` from a doorward.yaml.
# Edit the lines marked CHANGE. All resources are in doorward's namespace, which has its Service "doorward"; an app
# in another namespace needs a ReferenceGrant there.
`;

function clientPolicy(names: readonly string[]): string {
  return `---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: ClientTrafficPolicy
metadata:
  name: doorward
  namespace: doorward # CHANGE: the Gateway's
spec:
  targetRefs:
    - { group: gateway.networking.k8s.io, kind: Gateway, name: gateway } # CHANGE
  headers:
    # Apps behind CGI, WSGI or PHP read X_Auth_Request_User as X-Auth-Request-User.
    withUnderscoresAction: DropHeader
    # Identity headers that apps may trust and doorward does not send. The routes remove the rest of them.
    earlyRequestHeaders:
      remove:
${listed(lower(names), 8)}`;
}

function resources(host: PublicHost, model: ProxyModel, names: readonly string[]): string {
  const { serves } = host;
  return [
    host.documents.length === 0 ? "" : metadataRoute(host, model.doorwardPort),
    serves === "app" ? "" : ownRoute(host, model.doorwardPort),
    serves === "doorward" ? "" : appRoute(host, names) + policy(host, model),
  ].join("");
}

function route(name: string, { host }: PublicHost): string {
  return `---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: ${name}
  namespace: doorward
spec:
  parentRefs:
    - { name: gateway } # CHANGE
  hostnames: ["${host}"]
  rules:
`;
}

/** Without /verify: a visitor who reached it could send forged headers. */
function ownRoute(host: PublicHost, port: number): string {
  const paths = ["start", "callback", "sign_out"].map((name) => {
    const type = name === "callback" ? "PathPrefix" : "Exact";
    return `        - path: { type: ${type}, value: ${host.base}/${name} }\n`;
  });
  return `${route(`doorward-${host.name}`, host)}    - matches:
${paths.join("")}      backendRefs:
        - { name: doorward, port: ${port} }
`;
}

/** Where clients get tokens (RFC 9728): doorward answers these paths, which need no session. */
function metadataRoute(host: PublicHost, port: number): string {
  const paths = host.documents.map(
    ({ path }) => `        - path: { type: Exact, value: ${path} }\n`,
  );
  return `${route(`doorward-metadata-${host.name}`, host)}    - matches:
${paths.join("")}      backendRefs:
        - { name: doorward, port: ${port} }
`;
}

function appRoute(host: PublicHost, names: readonly string[]): string {
  const filter =
    names.length === 0
      ? ""
      : `      filters:
        - type: RequestHeaderModifier
          requestHeaderModifier:
            remove:
${listed(lower(names), 14)}`;
  return `${route(host.name, host)}    - matches:
        - path: { type: PathPrefix, value: / }
${filter}      backendRefs:
        - { name: ${host.name}, port: 8080 } # CHANGE: the app's Service
`;
}

function policy({ name, base }: PublicHost, { identityHeaders, doorwardPort }: ProxyModel): string {
  return `---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: SecurityPolicy
metadata:
  name: ${name}
  namespace: doorward
spec:
  targetRefs:
    - { group: gateway.networking.k8s.io, kind: HTTPRoute, name: ${name} }
  extAuth:
    # If doorward does not answer, deny the request. Never set failOpen: true.
    failOpen: false
    headersToExtAuth:
${listed([...checkHeaders, "x-forwarded-proto"], 6)}    http:
      backendRefs:
        - { name: doorward, port: ${doorwardPort} }
      path: ${base}/verify
      headersToBackend:
${listed(lower(identityHeaders), 8)}`;
}

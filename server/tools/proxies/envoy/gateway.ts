import { listed, lower } from "../indent.ts";
import type { ProxyModel } from "../model.ts";
import type { PublicHost } from "../public-hosts.ts";
import { namesAboutTheRequest, namesToStrip } from "../visitor-headers.ts";
import { questionHeaders } from "./question.ts";

/** The Gateway API lets one list take off no more. */
const mostRemoved = 16;

/** For Envoy Gateway: a route a host, and a policy a guarded one. */
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

const head = `# Envoy Gateway 1.2 or later, as \`doorward config envoy\` prints it for a doorward.yaml.
# CHANGE marks what doorward cannot know. All of it lies in the namespace of doorward and its Service "doorward";
# an app in another one needs a ReferenceGrant there.
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
    # Names that apps believe and doorward does not send. The rest of them stand in the routes.
    earlyRequestHeaders:
      remove:
${listed(lower(names), 8)}`;
}

function resources(host: PublicHost, model: ProxyModel, names: readonly string[]): string {
  const { serves } = host;
  return [
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

/** Not /verify: asked from outside, it could be told of any request. */
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
    # Without an answer nobody passes. Never set failOpen.
    failOpen: false
    headersToExtAuth:
${listed([...questionHeaders, "x-forwarded-proto"], 6)}    http:
      backendRefs:
        - { name: doorward, port: ${doorwardPort} }
      path: ${base}/verify
      headersToBackend:
${listed(lower(identityHeaders), 8)}`;
}

import { urlAt } from "../../../config/site-url.ts";
import type { Document } from "../documents.ts";
import type { ProxyModel } from "../model.ts";
import type { PublicHost } from "../public-hosts.ts";
import { allNamesToStrip, namesAboutTheRequest } from "../visitor-headers.ts";

/** For ingress-nginx: one Ingress per app, and one for doorward's endpoints. */
export function ingressNginxFiles(model: ProxyModel): ReadonlyMap<string, string> {
  const byHost = new Map(model.hosts.map((host) => [host.host, host])); // an Ingress has no ports
  const hosts = [...byHost.values()];
  const guards = hosts.filter(({ serves }) => serves !== "doorward");
  const contexts = hosts.filter(({ serves }) => serves !== "app");
  return new Map([
    [
      "ingress.yaml",
      [
        head,
        ...guards.flatMap((host) => guarded(host, model)),
        ...contexts.map((host) => endpoints(host, model.doorwardPort)),
        ...hosts.map((host) => metadata(host, model)),
      ].join(""),
    ],
    ["strip-headers.yaml", strip(model.identityHeaders)],
  ]);
}

const head = `# For ingress-nginx, printed by \`doorward config ingress-nginx\` from a doorward.yaml. All resources are in doorward's
# namespace. Apply strip-headers.yaml too.
# Edit the lines marked CHANGE: the Services of the apps, and the certificates.
`;

function ingress(host: PublicHost, name: string, annotations: string, paths: string): string {
  const tls = `  tls:
    - hosts:
        - "${host.host}"
      secretName: ${host.name}-tls # CHANGE: the certificate
`;
  return `---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: ${name}
  namespace: doorward
${annotations}spec:
  ingressClassName: nginx
${host.scheme === "https" ? tls : ""}  rules:
    - host: "${host.host}"
      http:
        paths:
${paths}`;
}

function path(type: "Exact" | "Prefix", value: string, service: string, port: string): string {
  return `          - pathType: ${type}
            path: ${value}
            backend:
              service:
                name: ${service}
                port:
                  number: ${port}
`;
}

/** Lists the public endpoints without /verify: a visitor who reached it could send forged headers. */
function endpoints(host: PublicHost, port: number): string {
  const to = (type: "Exact" | "Prefix", name: string) =>
    path(type, `${host.base}/${name}`, "doorward", String(port));
  const paths = [
    to("Exact", "start"),
    to("Exact", "sign_out"),
    to("Exact", "callback"),
    to("Prefix", "callback/"),
  ];
  return ingress(host, `doorward-public-${host.name}`, "", paths.join(""));
}

/** Where clients get tokens (RFC 9728): doorward answers exactly these paths, which need no session. */
function metadata(host: PublicHost, model: ProxyModel): string {
  const port = String(model.doorwardPort);
  const paths = documentsOf(host, model).map((one) => path("Exact", one.path, "doorward", port));
  if (paths.length === 0) return "";
  return ingress(host, `doorward-metadata-${host.name}`, "", paths.join(""));
}

/** Of a host at all its ports, each path once, because an Ingress has no ports. */
function documentsOf({ host }: PublicHost, { hosts }: ProxyModel): Document[] {
  const here = hosts.filter((one) => one.host === host).flatMap(({ documents }) => documents);
  return [...new Map(here.map((one) => [one.path, one])).values()];
}

/** The app, and its protected resources (RFC 9728) in an Ingress of their own, which redirects nothing. */
function guarded(host: PublicHost, model: ProxyModel): string[] {
  const resources = documentsOf(host, model).map(({ resource }) => resource);
  const isWhole = resources.some((one) => one.path === "/" && one.isPrefix);
  const toApp = (type: "Exact" | "Prefix", value: string) =>
    path(type, value, `${host.name} # CHANGE: the app`, "8080 # CHANGE");
  const paths = resources.map((one) => toApp(one.isPrefix ? "Prefix" : "Exact", one.path));
  const app = ingress(host, host.name, asking(host, model, !isWhole), toApp("Prefix", "/"));
  if (isWhole || paths.length === 0) return [app];
  const name = `doorward-resources-${host.name}`;
  return [app, ingress(host, name, asking(host, model, false), paths.join(""))];
}

/** The controller answers a redirect to `auth-signin` in place of doorward's 401, to every client. */
function asking(
  host: PublicHost,
  { doorwardPort, identityHeaders }: ProxyModel,
  redirects: boolean,
): string {
  const prefix = "nginx.ingress.kubernetes.io";
  const signIn = redirects
    ? `${prefix}/auth-signin: "${urlAt(host.site, "$host")}/start"`
    : "# Do not add auth-signin: clients of these paths need doorward's 401, and not a redirect to a sign-in.";
  return `  annotations:
    ${prefix}/auth-url: "http://doorward.doorward.svc.cluster.local:${doorwardPort}${host.base}/verify?identity_headers=refuse"
    ${signIn}
    ${prefix}/auth-response-headers: "${identityHeaders.join(",")}"
    # Do not add auth-cache-key: a cached answer would outlive a sign-out.
`;
}

/** Where the controller itself sends a header of the same name, as it does for client certificates, nginx keeps that. */
function namesToBlank(identityHeaders: readonly string[]): string[] {
  return [
    ...allNamesToStrip(identityHeaders),
    ...namesAboutTheRequest,
    ...["Method", "Path", "Prefix", "Uri"].map((part) => `X-Forwarded-${part}`),
  ];
}

function strip(identityHeaders: readonly string[]): string {
  const names = namesToBlank(identityHeaders);
  return `# Removes identity headers that apps may trust and doorward does not set, from every request and for all hosts. Takes
# effect when the controller's own ConfigMap contains \`proxy-set-headers: doorward/doorward-strip-headers\`. Keep
# enable-underscores-in-headers at its default \`false\`: apps may read x_auth_request_user as X-Auth-Request-User.
apiVersion: v1
kind: ConfigMap
metadata:
  name: doorward-strip-headers
  namespace: doorward
data:
${names.map((name) => `  ${name}: ""\n`).join("")}`;
}

import { urlAt } from "../../../config/site-url.ts";
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
        ...guards.map((host) => guarded(host, model)),
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
function metadata(host: PublicHost, { hosts, doorwardPort }: ProxyModel): string {
  const here = hosts.filter((one) => one.host === host.host).flatMap(({ documents }) => documents);
  const paths = here.map((one) => path("Exact", one.path, "doorward", String(doorwardPort)));
  if (paths.length === 0) return "";
  return ingress(host, `doorward-metadata-${host.name}`, "", paths.join(""));
}

function guarded(host: PublicHost, { doorwardPort, identityHeaders }: ProxyModel): string {
  const prefix = "nginx.ingress.kubernetes.io";
  const annotations = `  annotations:
    ${prefix}/auth-url: "http://doorward.doorward.svc.cluster.local:${doorwardPort}${host.base}/verify?identity_headers=refuse"
    ${prefix}/auth-signin: "${urlAt(host.site, "$host")}/start"
    ${prefix}/auth-response-headers: "${identityHeaders.join(",")}"
    # Do not add auth-cache-key: a cached answer would outlive a sign-out.
`;
  return ingress(
    host,
    host.name,
    annotations,
    path("Prefix", "/", `${host.name} # CHANGE: the app`, "8080 # CHANGE"),
  );
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

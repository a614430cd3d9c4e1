import { indent } from "../indent.ts";
import { exampleApp, type ProxyModel } from "../model.ts";
import type { PublicHost } from "../public-hosts.ts";
import { forwardAuthOptions } from "./forward-auth.ts";
import { realRequestOptions, realRequest } from "./real-request.ts";
import { ownRouters } from "./dynamic-file.ts";
import {
  entryPointOf,
  forwardAuthsOf,
  notFound,
  nowhere,
  routersOf,
  toHttps,
  type Router,
} from "./routers.ts";

/** Middlewares and an IngressRoute for every router, for Traefik v3 with the Kubernetes CRDs. */
export function kubernetes({ hosts, doorwardPort, identityHeaders }: ProxyModel): string {
  const options = indent(forwardAuthOptions(identityHeaders), 4);
  const forwardAuths = forwardAuthsOf(hosts).map(({ name, path }) =>
    resource(
      "Middleware",
      name,
      `  forwardAuth:
    address: "http://doorward.doorward.svc.cluster.local:${doorwardPort}${path}"
${options}`,
    ),
  );
  const real = resource("Middleware", realRequest.name, indent(realRequestOptions, 2));
  const hidden = resource(
    "Middleware",
    notFound.name,
    `  replacePath:\n    path: ${notFound.path}\n`,
  );
  const routers = routersOf(hosts, "v3");
  const redirecting = routers.some(({ name }) => name === toHttps.name)
    ? [resource("Middleware", toHttps.name, redirectScheme)]
    : [];
  const strict = hosts.some(({ scheme }) => scheme === "https") ? [tlsOption] : [];
  const routes = routers.map((router) =>
    resource("IngressRoute", router.name, route(router, doorwardPort)),
  );
  return [
    head,
    ownRouters,
    missingEntryPoints(hosts),
    real,
    ...forwardAuths,
    hidden,
    ...redirecting,
    ...strict,
    ...routes,
  ].join("");
}

/** A usual installation of Traefik has `web` (80) and `websecure` (443) only. */
function missingEntryPoints(hosts: readonly PublicHost[]): string {
  const ports = new Map(hosts.map((host) => [entryPointOf(host), host.port]));
  const missing = [...ports].filter(([name]) => name !== "web" && name !== "websecure");
  return missing
    .map(
      ([name, port]) =>
        `# CHANGE: your installation needs an entry point \`${name}\` with the address ":${port}". Without it, Traefik\n` +
        "# ignores the routes that name it.\n",
    )
    .join("");
}

const redirectScheme = `  redirectScheme:
    scheme: ${toHttps.scheme}
    permanent: ${toHttps.permanent}
`;

const tlsOption = resource(
  "TLSOption",
  "default",
  `  # No TLS for a host without a certificate. Otherwise a visitor of any host gets Traefik's own certificate. A cluster has
  # one TLSOption with the name default: if it has one already, set sniStrict there and delete this resource. The default certificate of a
  # TLSStore counts for no host: name its Secret on the routes too.
  sniStrict: true
`,
);

const head = `# For Traefik v3 with the Kubernetes CRDs, printed by \`doorward config traefik\` from a doorward.yaml. All resources
# are in doorward's namespace. For an app in another namespace, set \`namespace\` on its service and
# \`allowCrossNamespace\` on Traefik's provider. Set aliasHeadersStrategy: delete on the entry points.
# Edit the lines marked CHANGE: the Services of the apps, and where certificates come from.
`;

function resource(kind: string, name: string, spec: string): string {
  return `---
apiVersion: traefik.io/v1alpha1
kind: ${kind}
metadata:
  name: ${name}
  namespace: doorward
spec:
${spec}`;
}

function route(router: Router, doorwardPort: number): string {
  const { rule, priority, entryPoint, middlewares: used, service } = router;
  const middlewares =
    used.length === 0
      ? ""
      : `      middlewares:\n${used.map((name) => `        - name: ${name}\n`).join("")}`;
  const tls = entryPoint.startsWith("websecure")
    ? "  tls: {} # CHANGE: certResolver or secretName\n"
    : "";
  return `  entryPoints:
    - ${entryPoint}
  routes:
    - kind: Rule
      match: ${rule}
      priority: ${priority}
${middlewares}      services:
${serviceOf(service, doorwardPort)}${tls}`;
}

function serviceOf(service: string, doorwardPort: number): string {
  if (service === nowhere) return `        - name: ${nowhere}\n          kind: TraefikService\n`;
  const isOurs = service === "doorward";
  const port = isOurs ? String(doorwardPort) : `${exampleApp.split(":")[1]} # CHANGE`;
  return `        - name: ${service}${isOurs ? "" : " # CHANGE: the app"}\n          port: ${port}\n`;
}

import { indent } from "../indent.ts";
import { exampleApp, type ProxyModel } from "../model.ts";
import { forwardAuthOptions } from "./forward-auth.ts";
import { realRequestOptions, realRequest } from "./real-request.ts";
import { notFound, forwardAuthsOf, routersOf, type Router } from "./routers.ts";

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
  const routes = routersOf(hosts, "v3").map((router) =>
    resource("IngressRoute", router.name, route(router, doorwardPort)),
  );
  return [head, real, ...forwardAuths, hidden, ...routes].join("");
}

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
  const port =
    service === "doorward" ? String(doorwardPort) : `${exampleApp.split(":")[1]} # CHANGE`;
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
        - name: ${service}${service === "doorward" ? "" : " # CHANGE: the app"}
          port: ${port}
${tls}`;
}

import { indent, listed } from "../indent.ts";
import { exampleApp, type ProxyModel } from "../model.ts";
import { forwardAuthOptions } from "./forward-auth.ts";
import { realRequestOptions, realRequest } from "./real-request.ts";
import { notFound, forwardAuthsOf, routersOf, type Router, type Version } from "./routers.ts";

/** Routers, middlewares and services for the file provider. */
export function dynamicFile(
  { hosts, doorward, identityHeaders }: ProxyModel,
  version: Version,
): string {
  const options = indent(forwardAuthOptions(identityHeaders), 8);
  const forwardAuths = forwardAuthsOf(hosts).map(
    ({ name, path }) => `    ${name}:
      forwardAuth:
        address: "http://${doorward}${path}"
${options}`,
  );
  const apps = hosts.filter(({ serves }) => serves !== "doorward").map(({ name }) => app(name));
  return `# For Traefik ${version} with the file provider, printed by \`doorward config traefik\` from a doorward.yaml.
# Edit the lines marked CHANGE: the addresses of the apps. Every router that you add for an app needs the
# same two middlewares: without forwardAuth, the app is public.

http:
  routers:
${routersOf(hosts, version).map(router).join("")}
  middlewares:
    ${realRequest.name}:
${indent(realRequestOptions, 6)}${forwardAuths.join("")}    # Hide /verify: a visitor who reached it could send forged headers.
    ${notFound.name}:
      replacePath:
        path: ${notFound.path}

  services:
    doorward:
      loadBalancer:
        servers:
          - url: "http://${doorward}"
${apps.join("")}`;
}

function router({ name, rule, priority, entryPoint, middlewares: used, service }: Router): string {
  const middlewares = used.length === 0 ? "" : `      middlewares:\n${listed(used, 8)}`;
  return `    ${name}:
      rule: ${rule}
      priority: ${priority}
      entryPoints:
        - ${entryPoint}
${middlewares}      service: ${service}
`;
}

function app(name: string): string {
  return `    ${name}:
      loadBalancer:
        servers:
          # CHANGE: the app. It must be reachable only through Traefik.
          - url: "http://${exampleApp}"
`;
}

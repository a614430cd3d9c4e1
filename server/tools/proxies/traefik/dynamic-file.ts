import { indent, listed } from "../indent.ts";
import { exampleApp, type ProxyModel } from "../model.ts";
import { forwardAuthOptions } from "./forward-auth.ts";
import { realRequestOptions, realRequest } from "./real-request.ts";
import {
  appPriority,
  endpointPriority,
  forwardAuthsOf,
  notFound,
  routersOf,
  toHttps,
  type Router,
  type Version,
} from "./routers.ts";

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
  const routers = routersOf(hosts, version);
  const isRedirected = routers.some(({ name }) => name === toHttps.name);
  return `# For Traefik ${version} with the file provider, printed by \`doorward config traefik\` from a doorward.yaml.
# Edit the lines marked CHANGE: the addresses of the apps.
${ownRouters}
http:
  routers:
${routers.map(router).join("")}
  middlewares:
    ${realRequest.name}:
${indent(realRequestOptions, 6)}${forwardAuths.join("")}    # Hide /verify: a visitor who reached it could send forged headers.
    ${notFound.name}:
      replacePath:
        path: ${notFound.path}
${isRedirected ? redirecting : ""}
  services:
    doorward:
      loadBalancer:
        servers:
          - url: "http://${doorward}"
${apps.join("")}`;
}

/** The same advice in every format. */
export const ownRouters = `# The priorities overrule your own routers for these hosts, so that none of them is public by accident. A router of
# yours needs a priority from ${appPriority + 1} to ${endpointPriority - 1}, and the middlewares of the app's router in the same order: without
# forwardAuth, what it leads to is public.
`;

const redirecting = `    ${toHttps.name}:
      redirectScheme:
        scheme: ${toHttps.scheme}
        permanent: ${toHttps.permanent}
`;

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

import { indent } from "../indent.ts";
import { exampleApp, type ProxyModel } from "../model.ts";
import { forwardAuthOptions } from "./forward-auth.ts";
import { nothing, questionsOf, routersOf, type Router, type Version } from "./routers.ts";

/** Routers, middlewares and services for the file provider. */
export function dynamicFile(
  { hosts, doorward, identityHeaders }: ProxyModel,
  version: Version,
): string {
  const options = indent(forwardAuthOptions(identityHeaders), 8);
  const questions = questionsOf(hosts).map(
    ({ name, path }) => `    ${name}:
      forwardAuth:
        address: "http://${doorward}${path}"
${options}`,
  );
  const apps = hosts.filter(({ serves }) => serves !== "doorward").map(({ name }) => app(name));
  return `# For Traefik ${version} with the file provider, as \`doorward config traefik\` prints it for a doorward.yaml.
# CHANGE marks what doorward cannot know: where the apps are. Every router of an app of yours needs a middleware
# of these: one without is open to everybody.

http:
  routers:
${routersOf(hosts, version).map(router).join("")}
  middlewares:
${questions.join("")}    # The verdict is for Traefik alone: outside, anybody could ask it with headers of their own making.
    ${nothing.name}:
      replacePath:
        path: ${nothing.path}

  services:
    doorward:
      loadBalancer:
        servers:
          - url: "http://${doorward}"
${apps.join("")}`;
}

function router({ name, rule, priority, entryPoint, middleware, service }: Router): string {
  const middlewares =
    middleware === undefined ? "" : `      middlewares:\n        - ${middleware}\n`;
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
          # CHANGE: the app. No way to it may lead past Traefik.
          - url: "http://${exampleApp}"
`;
}

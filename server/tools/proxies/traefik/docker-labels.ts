import type { ProxyModel } from "../model.ts";
import { forwardAuthLabels } from "./forward-auth.ts";
import { nothing, questionsOf, routersOf, type Router } from "./routers.ts";

/** Labels for Traefik v3 with the Docker provider, as a compose file to lay over one's own. */
export function dockerLabels({ hosts, doorwardPort, identityHeaders }: ProxyModel): string {
  const routers = routersOf(hosts, "v3");
  const services = hosts
    .filter(({ serves }) => serves !== "doorward")
    .map(({ name }) => {
      const port = `traefik.http.services.${name}.loadbalancer.server.port=8080 # CHANGE`;
      const lines = [...routers.filter((one) => one.service === name).flatMap(ofRouter), port];
      return `
  ${name}: # CHANGE: the app's name in your compose file
    labels:
${labels(lines)}`;
    });
  const ofDoorward = [
    ...routers.filter(({ service }) => service === "doorward").flatMap(ofRouter),
    `traefik.http.services.doorward.loadbalancer.server.port=${doorwardPort}`,
    `traefik.http.middlewares.${nothing.name}.replacepath.path=${nothing.path}`,
    ...questionsOf(hosts).flatMap(({ name, path }) => {
      const options = forwardAuthLabels(identityHeaders);
      return Object.entries({ address: `http://doorward:${doorwardPort}${path}`, ...options }).map(
        ([option, value]) => `traefik.http.middlewares.${name}.forwardauth.${option}=${value}`,
      );
    }),
  ];
  return `${head}
services:
  doorward:
    environment:
      DOORWARD_LISTEN_HOST: 0.0.0.0 # in a network of containers and of nobody else; publish no port of it
    labels:
${labels(ofDoorward)}${services.join("")}`;
}

const head = `# Labels for Traefik v3 with the Docker provider, as \`doorward config traefik\` prints them for a doorward.yaml.
# Lay them over your compose file: docker compose -f compose.yaml -f docker-labels.yaml up
# In doorward.yaml, \`trustedProxies\` names the network of the containers, or \`private\`.
`;

function ofRouter({ name, rule, priority, entryPoint, middleware, service }: Router): string[] {
  const values = {
    rule,
    priority,
    entrypoints: entryPoint,
    ...(middleware !== undefined && { middlewares: `${middleware}@docker` }),
    service,
  };
  return Object.entries(values).map(
    ([key, value]) => `traefik.http.routers.${name}.${key}=${value}`,
  );
}

/** A dollar sign alone would be compose's own. */
function labels(lines: readonly string[]): string {
  return ["traefik.enable=true", ...lines]
    .map((line) => `      - ${line.replaceAll("$", "$$$$")}\n`)
    .join("");
}

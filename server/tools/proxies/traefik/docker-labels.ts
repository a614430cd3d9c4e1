import type { ProxyModel } from "../model.ts";
import { ownRouters } from "./dynamic-file.ts";
import { forwardAuthLabels } from "./forward-auth.ts";
import { realRequest } from "./real-request.ts";
import { forwardAuthsOf, notFound, routersOf, toHttps, type Router } from "./routers.ts";

/** Labels for Traefik v3 with the Docker provider, as a compose override file. */
export function dockerLabels({ hosts, doorwardPort, identityHeaders }: ProxyModel): string {
  const routers = routersOf(hosts, "v3");
  const ofApps = new Set(
    hosts.filter(({ serves }) => serves !== "doorward").map(({ name }) => name),
  );
  const isRedirected = routers.some(({ name }) => name === toHttps.name);
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
    ...routers.filter(({ service }) => !ofApps.has(service)).flatMap(ofRouter),
    `traefik.http.services.doorward.loadbalancer.server.port=${doorwardPort}`,
    `traefik.http.middlewares.${notFound.name}.replacepath.path=${notFound.path}`,
    ...(isRedirected ? redirecting : []),
    ...realRequest.headers.map(
      (name) =>
        `traefik.http.middlewares.${realRequest.name}.headers.customrequestheaders.${name}=`,
    ),
    ...forwardAuthsOf(hosts).flatMap(({ name, path }) => {
      const options = forwardAuthLabels(identityHeaders);
      return Object.entries({ address: `http://doorward:${doorwardPort}${path}`, ...options }).map(
        ([option, value]) => `traefik.http.middlewares.${name}.forwardauth.${option}=${value}`,
      );
    }),
  ];
  return `${head}${ownRouters}
services:
  doorward:
    environment:
      DOORWARD_LISTEN_HOST: 0.0.0.0 # only in a private container network; do not publish doorward's port
    labels:
${labels(ofDoorward)}${services.join("")}`;
}

const head = `# Labels for Traefik v3 with the Docker provider, printed by \`doorward config traefik\` from a doorward.yaml.
# Add them to your compose file: docker compose -f compose.yaml -f docker-labels.yaml up
# Labels cannot set \`sniStrict\`: put dynamic/zz-doorward-tls.yaml into the folder of Traefik's file provider.
# In doorward.yaml, set \`trustedProxies\` to the container network or to \`private\`.
# Edit the lines marked CHANGE: the names and ports of the apps.
`;

const redirecting = Object.entries({ scheme: toHttps.scheme, permanent: toHttps.permanent }).map(
  ([option, value]) => `traefik.http.middlewares.${toHttps.name}.redirectscheme.${option}=${value}`,
);

function ofRouter({ name, rule, priority, entryPoint, middlewares, service }: Router): string[] {
  const values = {
    rule,
    priority,
    entrypoints: entryPoint,
    ...(middlewares.length > 0 && {
      middlewares: middlewares.map((one) => `${one}@docker`).join(","),
    }),
    service,
  };
  return Object.entries(values).map(
    ([key, value]) => `traefik.http.routers.${name}.${key}=${value}`,
  );
}

/** Compose expands a single dollar sign, so each is doubled. */
function labels(lines: readonly string[]): string {
  return ["traefik.enable=true", ...lines]
    .map((line) => `      - ${line.replaceAll("$", "$$$$")}\n`)
    .join("");
}

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A Kubernetes object, as far as this API reads it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [key: string]: unknown;
}

interface KubernetesApi {
  readonly port: number;
  close(): Promise<void>;
}

/** What a controller asks of a Kubernetes API: the objects of a kind, and their changes, of which there are none. */
export async function startKubernetesApi(
  objects: readonly KubernetesObject[],
): Promise<KubernetesApi> {
  const server = createServer((request, response) => serve(request, response, objects));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** The kinds that Traefik watches. */
const kinds = [
  "ConfigMap",
  "EndpointSlice",
  "IngressRoute",
  "IngressRouteTCP",
  "IngressRouteUDP",
  "Middleware",
  "MiddlewareTCP",
  "Node",
  "Secret",
  "ServersTransport",
  "ServersTransportTCP",
  "Service",
  "TLSOption",
  "TLSStore",
  "TraefikService",
];

/** The first events of a watch are the objects of its kind; a bookmark ends them, and nothing follows. */
function serve(
  { url = "" }: IncomingMessage,
  response: ServerResponse,
  objects: readonly KubernetesObject[],
): void {
  const [path = "", query] = url.split("?", 2);
  const kind = kinds.find((one) => path.endsWith(`/${one.toLowerCase()}s`));
  const { watch, sendInitialEvents } = Object.fromEntries(new URLSearchParams(query));
  if (kind === undefined || watch !== "true" || sendInitialEvents !== "true")
    return void response.writeHead(404).end();
  const found = objects.filter((one) => one.kind === kind);
  const version = { resourceVersion: "1" };
  const annotations = { "k8s.io/initial-events-end": "true" };
  const apiVersion = path.replace(/^\/apis?\//, "").replace(/\/[^/]+$/, "");
  const end = { kind, apiVersion, metadata: { ...version, annotations } };
  response.writeHead(200, { "Content-Type": "application/json" });
  for (const object of found)
    response.write(event("ADDED", { ...object, metadata: { ...object.metadata, ...version } }));
  response.write(event("BOOKMARK", end));
}

function event(type: string, object: object): string {
  return `${JSON.stringify({ type, object })}\n`;
}

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import * as v from "valibot";

/** The kinds of an API group's version, each with its name in paths. */
const served: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "/v1": {
    configmaps: "ConfigMap",
    namespaces: "Namespace",
    secrets: "Secret",
    services: "Service",
  },
  "apps/v1": { deployments: "Deployment", statefulsets: "StatefulSet" },
  "networking.k8s.io/v1": { ingresses: "Ingress", networkpolicies: "NetworkPolicy" },
  "policy/v1": { poddisruptionbudgets: "PodDisruptionBudget" },
  "traefik.io/v1alpha1": {
    ingressroutes: "IngressRoute",
    middlewares: "Middleware",
    tlsoptions: "TLSOption",
  },
};

const objectShape = v.looseObject({
  kind: v.string(),
  metadata: v.looseObject({ name: v.string(), namespace: v.optional(v.string()) }),
});
export type StoredObject = v.InferOutput<typeof objectShape>;

interface KubernetesObjects {
  readonly port: number;
  /** By their path in the API. */
  readonly objects: Map<string, StoredObject>;
  close(): Promise<void>;
}

/** What kubectl needs of a Kubernetes API to create, apply and change objects. It keeps them, and runs nothing. */
export async function startKubernetesObjects(): Promise<KubernetesObjects> {
  const objects = new Map<string, StoredObject>();
  const server = createServer((request, response) => {
    serve(request, response, objects).catch((error: unknown) =>
      answer(response, 400, { kind: "Status", apiVersion: "v1", message: String(error) }),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    objects,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  objects: Map<string, StoredObject>,
): Promise<void> {
  const { pathname } = new URL(request.url ?? "", "http://localhost");
  if (pathname === "/api" || pathname === "/apis") return discover(response, pathname === "/api");
  const existing = objects.get(pathname);
  if (request.method === "GET")
    return existing === undefined ? notFound(response) : answer(response, 200, existing);
  const body = await json(request);
  if (request.method === "PATCH" && existing !== undefined) {
    const changed = v.parse(objectShape, merged(existing, body));
    objects.set(pathname, changed);
    return answer(response, 200, changed);
  }
  const [, namespace] = /\/namespaces\/([^/]+)\//.exec(pathname) ?? [];
  if (namespace !== undefined && !objects.has(`/api/v1/namespaces/${namespace}`))
    return notFound(response);
  const created = v.parse(objectShape, body);
  objects.set(`${pathname}/${created.metadata.name}`, created);
  return answer(response, 201, created);
}

/** Every kind in one response, as kubectl prefers it. */
function discover(response: ServerResponse, isCore: boolean): void {
  const groups = Object.entries(served).filter(([name]) => name.startsWith("/") === isCore);
  const items = groups.map(([name, kinds]) => {
    const [group = "", version = ""] = name.split("/");
    const resources = Object.entries(kinds).map(([resource, kind]) => ({
      resource,
      responseKind: { group, version, kind },
      scope: kind === "Namespace" ? "Cluster" : "Namespaced",
      singularResource: kind.toLowerCase(),
      verbs: ["create", "get", "list", "patch"],
    }));
    return { metadata: { name: group }, versions: [{ version, resources, freshness: "Current" }] };
  });
  const list = {
    kind: "APIGroupDiscoveryList",
    apiVersion: "apidiscovery.k8s.io/v2",
    metadata: {},
    items,
  };
  const type = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
  answer(response, 200, list, type);
}

function notFound(response: ServerResponse): void {
  const status = {
    kind: "Status",
    apiVersion: "v1",
    status: "Failure",
    reason: "NotFound",
    code: 404,
  };
  answer(response, 404, { ...status, message: "not found" });
}

function answer(response: ServerResponse, status: number, body: object, type = "application/json") {
  response.writeHead(status, { "Content-Type": type }).end(JSON.stringify(body));
}

/** A merge patch (RFC 7396), which is enough for maps of labels and annotations. */
function merged(target: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch;
  const result = isMap(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) result[key] = merged(result[key], value);
  return result;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

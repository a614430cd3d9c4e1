import { parseYAML } from "confbox";
import * as v from "valibot";
import { startDockerApi } from "../peers/docker-api.ts";
import { startKubernetesApi, type KubernetesObject } from "../peers/kubernetes-api.ts";
import type { Proxy, Wiring } from "../peers/proxy-process.ts";
import { startTraefikWith } from "../peers/traefik.ts";
import { readResources } from "./schemas.ts";

const compose = v.object({
  services: v.record(v.string(), v.object({ labels: v.array(v.string()) })),
});

/** Traefik that reads the printed Docker labels from the API of a Docker engine. */
export async function startTraefikWithLabels(wiring: Wiring): Promise<Proxy> {
  const { doorwardPort, appPort } = wiring;
  const text = (wiring.files.get("docker-labels.yaml") ?? "")
    .replaceAll("server.port=4180", `server.port=${doorwardPort}`)
    .replaceAll("server.port=8080", `server.port=${appPort}`)
    .replaceAll("http://doorward:4180", `http://127.0.0.1:${doorwardPort}`);
  const { services } = v.parse(compose, parseYAML(text));
  const labels = Object.entries(services).map(([name, one]) => [name, labelsOf(one.labels)]);
  const docker = await startDockerApi(Object.fromEntries(labels));
  const endpoint = `tcp://127.0.0.1:${docker.port}`;
  return startBeside(
    docker,
    wiring,
    `  docker: { endpoint: "${endpoint}", exposedByDefault: false }\n`,
    ["zz-doorward-tls.yaml"],
  );
}

/** Compose reads `$$` as `$`. */
function labelsOf(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const [name = "", ...value] = line.replaceAll("$$", "$").split("=");
      return [name, value.join("=")];
    }),
  );
}

const route = v.object({
  spec: v.object({
    routes: v.array(
      v.object({ services: v.array(v.object({ name: v.string(), port: v.optional(v.number()) })) }),
    ),
  }),
});

/** Traefik that reads the printed resources, and the Services that they name, from a Kubernetes API. */
export async function startTraefikWithResources(wiring: Wiring): Promise<Proxy> {
  const { doorwardPort, appPort } = wiring;
  const text = (wiring.files.get("kubernetes.yaml") ?? "").replaceAll(
    "http://doorward.doorward.svc.cluster.local:4180",
    `http://127.0.0.1:${doorwardPort}`,
  );
  const resources = readResources(text);
  const services = resources
    .filter(({ kind }) => kind === "IngressRoute")
    .flatMap((one) => v.parse(route, one).spec.routes)
    .flatMap((one) => one.services);
  const ports = new Map(
    services.flatMap(({ name, port }) => (port === undefined ? [] : [[name, port] as const])),
  );
  const behind = [...ports].flatMap(([name, port]) =>
    serviceOf(name, port, name === "doorward" ? doorwardPort : appPort),
  );
  const kubernetes = await startKubernetesApi([...resources, ...behind]);
  const endpoint = `http://127.0.0.1:${kubernetes.port}`;
  return startBeside(
    kubernetes,
    wiring,
    `  kubernetesCRD: { endpoint: "${endpoint}", token: any }\n`,
  );
}

function serviceOf(name: string, port: number, own: number): KubernetesObject[] {
  const metadata = { name, namespace: "doorward", labels: { "kubernetes.io/service-name": name } };
  const endpoints = [{ addresses: ["127.0.0.1"], conditions: { ready: true, serving: true } }];
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { type: "ClusterIP", clusterIP: "10.0.0.1", ports: [{ name: "http", port }] },
    },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata,
      addressType: "IPv4",
      ports: [{ name: "http", port: own }],
      endpoints,
    },
  ];
}

async function startBeside(
  api: { close(): Promise<void> },
  wiring: Wiring,
  provider: string,
  files: readonly string[] = [],
): Promise<Proxy> {
  const proxy = await startTraefikWith(wiring, provider, files);
  return {
    ...proxy,
    async stop() {
      await proxy.stop();
      await api.close();
    },
  };
}

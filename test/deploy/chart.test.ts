import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createSites } from "../../server/config/sites.ts";
import { testSecret } from "../peers/doorward.ts";
import { without } from "../peers/programs.ts";
import { allOptions, exampleValues } from "./chart-values.ts";
import { deployFolder } from "./example.ts";
import { renderChart, resourcesOf } from "./helm.ts";
import { loadPod } from "./pod.ts";
import { resourceFault, type Resource } from "./schemas.ts";

const memory = { storage: { driver: "memory" } };
const inMemory = exampleValues("one-replica", {
  config: { ...Object(exampleValues("one-replica").config), ...memory },
  persistence: {},
});

const releases = {
  "one replica with a volume": exampleValues("one-replica"),
  "one replica with memory": inMemory,
  "Redis, three replicas": exampleValues("redis"),
  "all options": allOptions,
};

function render(values: object, words: readonly string[] = []): Resource[] {
  return resourcesOf(renderChart(values, words));
}

function namesOf(resources: readonly Resource[]): string[] {
  return resources.map(({ kind, metadata }) => `${kind} ${metadata.name}`).toSorted();
}

function find(resources: readonly Resource[], kind: string): Resource | undefined {
  return resources.find((one) => one.kind === kind);
}

describe.skipIf(without.has("helm"))("the chart", () => {
  it.each(Object.entries(releases))("renders resources of the schemas: %s", (_, values) => {
    const resources = render(values);

    expect(resources.map(resourceFault).filter((fault) => fault !== "")).toEqual([]);
    expect(resources.every(({ metadata }) => metadata.namespace === "doorward")).toBe(true);
  });

  it.each(Object.entries(releases))(
    "renders a configuration that doorward accepts, on the ports of the pod: %s",
    (_, values) => {
      const { config, environment, ports } = loadPod(render(values));

      expect(config.secret).toEqual([testSecret]);
      expect(config.providers.company?.clientSecret).toBe(testSecret);
      expect(ports).toEqual([config.listen.port, config.admin?.port]);
      expect([config.listen.host, config.admin?.host]).not.toContain("127.0.0.1");
      expect(config.replicas).toBe(config.storage.driver === "redis");
      expect(environment).not.toHaveProperty("DOORWARD_SECRET");
    },
  );

  it("has a volume for one replica, and nothing for several", () => {
    const resources = render(releases["one replica with a volume"]);

    expect(namesOf(resources)).toEqual([
      "ConfigMap doorward",
      "Deployment doorward",
      "NetworkPolicy doorward",
      "PersistentVolumeClaim doorward",
      "Service doorward",
    ]);
    expect(find(resources, "Deployment")).toMatchObject({
      spec: { replicas: 1, strategy: { type: "Recreate" } },
    });
    expect(loadPod(resources).config.storage.base).toBe("/var/lib/doorward/sessions");
  });

  it("has a disruption budget, a spread and metrics for several replicas", () => {
    const resources = render(releases["Redis, three replicas"]);

    expect(namesOf(resources)).toEqual([
      "ConfigMap doorward",
      "Deployment doorward",
      "NetworkPolicy doorward",
      "PodDisruptionBudget doorward",
      "Service doorward",
      "Service doorward-metrics",
      "ServiceMonitor doorward",
    ]);
    expect(find(resources, "Deployment")).toMatchObject({
      spec: {
        replicas: 3,
        strategy: { rollingUpdate: { maxUnavailable: 0 } },
        template: {
          spec: {
            automountServiceAccountToken: false,
            securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
            topologySpreadConstraints: [{ topologyKey: "kubernetes.io/hostname" }],
            containers: [
              {
                securityContext: {
                  allowPrivilegeEscalation: false,
                  readOnlyRootFilesystem: true,
                  capabilities: { drop: ["ALL"] },
                },
                livenessProbe: { httpGet: { path: "/healthz", port: "admin" } },
                readinessProbe: { httpGet: { path: "/readyz", port: "admin" } },
              },
            ],
          },
        },
      },
    });
  });

  it("makes a Secret only of given values, and uses an existing one otherwise", () => {
    const made = render(releases["all options"]);
    const existing = render(exampleValues("redis", { secret: { existing: "mine" } }));

    const secret = find(made, "Secret");
    expect(secret?.metadata.name).toBe("doorward");
    expect(secret).toMatchObject({ data: { "client-secret": btoa("c") } });
    expect(JSON.stringify(find(made, "Deployment"))).toContain('"secretName":"doorward"');
    expect(find(existing, "Secret")).toBeUndefined();
    expect(JSON.stringify(find(existing, "Deployment"))).toContain('"secretName":"mine"');
  });

  it("replaces the pods after a change of the configuration if that ends no session", () => {
    const podOf = (values: object) => JSON.stringify(find(render(values), "Deployment"));
    const redis = exampleValues("redis");
    const changed = { pages: { footer: "changed" } };

    expect(podOf({ ...redis, config: { ...Object(redis.config), ...changed } })).not.toBe(
      podOf(redis),
    );
    expect(podOf({ ...inMemory, config: { ...Object(inMemory.config), ...changed } })).toBe(
      podOf(inMemory),
    );
  });

  it("takes a doorward.yaml as it is, from a file", () => {
    const file = join(deployFolder, "doorward.yaml");
    const values = { ...exampleValues("one-replica"), config: undefined };

    const resources = render(values, ["--set-file", `config=${file}`]);

    expect(find(resources, "ConfigMap")).toMatchObject({
      data: { "doorward.yaml": readFileSync(file, "utf8") },
    });
    expect(createSites(loadPod(resources).config)).toHaveLength(2);
  });
});

describe.skipIf(without.has("helm"))("the chart with the printed resources of a proxy", () => {
  it.each([
    ["traefik", ["traefik/kubernetes.yaml"]],
    ["ingress-nginx", ["ingress-nginx/ingress.yaml", "ingress-nginx/strip-headers.yaml"]],
    ["Envoy Gateway", ["envoy/envoy-gateway.yaml"]],
  ])("renders them unchanged: %s", (_, names) => {
    const files = names.map((name) => join(deployFolder, name));
    const words = files.flatMap((file, index) => [
      "--set-file",
      `proxyResources.file${index}=${file}`,
    ]);

    const resources = render(exampleValues("redis"), words);

    const printed = resourcesOf({
      status: 0,
      stdout: files.map((file) => `---\n${readFileSync(file, "utf8")}`).join(""),
      stderr: "",
    });
    expect(printed.length).toBeGreaterThan(4);
    expect(resources).toEqual(expect.arrayContaining(printed));
    // No package has the schemas of Envoy Gateway's own kinds.
    const known = resources.filter(({ apiVersion }) => !apiVersion.includes("envoyproxy.io"));
    expect(known.map(resourceFault).filter((fault) => fault !== "")).toEqual([]);
  });
});

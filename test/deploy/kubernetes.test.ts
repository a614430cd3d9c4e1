import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { proxyFiles } from "../../server/tools/proxy-files.ts";
import { testSecret } from "../peers/doorward.ts";
import { oddConfigs } from "../tools/proxies/odd-configs.ts";
import { deployFolder, exampleConfig } from "./example.ts";
import { loadPod } from "./pod.ts";
import { readResources, resourceFault, type Resource } from "./schemas.ts";

describe("the manifests in deploy/kubernetes", () => {
  const folder = join(deployFolder, "kubernetes");
  const resources = readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .flatMap((name) => readResources(readFileSync(join(folder, name), "utf8")));
  const find = (kind: string, name: string): Resource | undefined =>
    resources.find((one) => one.kind === kind && one.metadata.name === name);

  it("match the published schemas", () => {
    expect(resources.map(resourceFault).filter((fault) => fault !== "")).toEqual([]);
  });

  it("contain a configuration that doorward accepts with the Secret's files, and matching ports", () => {
    const { config, ports } = loadPod(resources);

    expect(ports).toEqual([config.listen.port, config.admin?.port]);
    expect(config.storage).toMatchObject({ driver: "redis", url: "redis://doorward-redis:6379" });
    expect(config.storage.password).toBe(testSecret);
    expect(find("Service", "doorward-redis")).toBeDefined();
  });

  it("let only the ingress controller reach doorward, and only doorward reach Redis", () => {
    expect(JSON.stringify(find("NetworkPolicy", "doorward"))).toContain('"port":"http"');
    expect(JSON.stringify(find("NetworkPolicy", "doorward-redis"))).toContain('{"app":"doorward"}');
  });
});

describe.each([exampleConfig(), ...oddConfigs].map((config, index) => ({ index, config })))(
  "the files printed for Kubernetes, configuration $index",
  ({ config }) => {
    it.each([
      ["traefik", "kubernetes.yaml"],
      ["ingress-nginx", "ingress.yaml"],
      ["ingress-nginx", "strip-headers.yaml"],
    ])("match the published schemas: %s, %s", (proxy, name) => {
      const resources = readResources(proxyFiles(config, proxy).files.get(name) ?? "");

      expect(resources.map(resourceFault).filter((fault) => fault !== "")).toEqual([]);
      expect(resources.every((one) => /^[a-z0-9-]{1,63}$/.test(one.metadata.name))).toBe(true);
    });
  },
);

describe("the published schemas", () => {
  it.each([
    ["apps/v1", "Deployment", "replicas", { replicas: "two" }],
    ["gateway.networking.k8s.io/v1", "HTTPRoute", "hostnames", { hostnames: "app.example.com" }],
    ["monitoring.coreos.com/v1", "ServiceMonitor", "endpoints", { endpoints: {}, selector: {} }],
    ["traefik.io/v1alpha1", "IngressRoute", "match", { routes: [{ match: 1, kind: "Rule" }] }],
  ])("detect a value of the wrong type: %s %s", (apiVersion, kind, place, spec) => {
    const metadata = { name: "x", namespace: "doorward" };

    expect(resourceFault({ apiVersion, kind, metadata, spec })).toContain(place);
  });
});

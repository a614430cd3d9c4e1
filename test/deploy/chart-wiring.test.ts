import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { without } from "../peers/programs.ts";
import { allOptions, exampleValues } from "./chart-values.ts";
import { renderChart, resourcesOf } from "./helm.ts";
import type { Resource } from "./schemas.ts";

const labels = v.record(v.string(), v.string());
const selection = v.object({ matchLabels: labels });
const deployment = v.object({
  spec: v.object({
    selector: selection,
    template: v.object({ metadata: v.object({ labels }) }),
  }),
});
const service = v.object({
  metadata: v.object({ labels }),
  spec: v.object({
    selector: labels,
    ports: v.array(v.object({ name: v.string(), targetPort: v.string() })),
  }),
});
const monitor = v.object({
  metadata: v.object({ labels }),
  spec: v.object({ selector: selection, endpoints: v.tuple([v.object({ port: v.string() })]) }),
});
const budget = v.object({ spec: v.object({ selector: selection }) });
const policy = v.object({ spec: v.object({ podSelector: selection, ingress: v.unknown() }) });

/** The resource of this kind, and with this name if there are several. */
function read<T>(
  schema: v.GenericSchema<unknown, T>,
  resources: readonly Resource[],
  kind: string,
  name = "doorward",
): T {
  const found = resources.find((one) => one.kind === kind && one.metadata.name === name);
  return v.parse(schema, found);
}

describe.skipIf(without.has("helm"))("the rendered resources", () => {
  it.each([
    ["Redis", exampleValues("redis")],
    ["all options", allOptions],
  ])("select the pods of this release: %s", (_, values) => {
    const resources = resourcesOf(renderChart(values));
    const { selector, template } = read(deployment, resources, "Deployment").spec;

    for (const selected of [
      selector.matchLabels,
      read(service, resources, "Service").spec.selector,
      read(service, resources, "Service", "doorward-metrics").spec.selector,
      read(budget, resources, "PodDisruptionBudget").spec.selector.matchLabels,
      read(policy, resources, "NetworkPolicy").spec.podSelector.matchLabels,
    ]) {
      expect(Object.keys(selected)).toHaveLength(2);
      expect(template.metadata.labels).toMatchObject(selected);
    }
  });

  it("let the proxies use doorward's port only, and Prometheus the admin port only", () => {
    const { networkPolicy } = allOptions;
    const resources = resourcesOf(renderChart(allOptions));

    expect(read(policy, resources, "NetworkPolicy").spec.ingress).toEqual([
      { from: networkPolicy.proxies, ports: [{ port: "http" }] },
      { from: networkPolicy.metrics, ports: [{ port: "admin" }] },
    ]);
    expect(read(service, resources, "Service").spec.ports.map(({ name }) => name)).toEqual([
      "http",
    ]);
  });

  it("let Prometheus find the admin port, and no other Service", () => {
    const resources = resourcesOf(renderChart(allOptions));
    const { metadata, spec } = read(monitor, resources, "ServiceMonitor");
    const metrics = read(service, resources, "Service", "doorward-metrics");

    expect(metrics.metadata.labels).toMatchObject(spec.selector.matchLabels);
    expect(metrics.spec.ports).toMatchObject([{ name: "admin", targetPort: "admin" }]);
    expect(spec.endpoints[0].port).toBe("admin");
    expect(metadata.labels).toMatchObject(allOptions.serviceMonitor.labels);
    expect(read(service, resources, "Service").metadata.labels).not.toMatchObject(
      spec.selector.matchLabels,
    );
  });
});

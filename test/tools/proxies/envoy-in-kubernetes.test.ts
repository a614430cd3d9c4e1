import { parseYAML } from "confbox";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import type { Config } from "../../../server/config/schema.ts";
import { proxyFiles } from "../../../server/tools/proxy-files.ts";
import { publicHosts } from "../../../server/tools/proxies/public-hosts.ts";
import { exampleConfig } from "../../deploy/example.ts";
import { oddConfigs } from "./odd-configs.ts";

const removal = v.object({ remove: v.array(v.string()) });
const resource = v.looseObject({
  kind: v.string(),
  metadata: v.object({ name: v.string() }),
  spec: v.looseObject({}),
});

function documentsOf(config: Config, file: string): unknown[] {
  const text = proxyFiles(config, "envoy").files.get(file) ?? "";
  return text.split(/^---$/m).flatMap((one) => (/^\w/m.test(one) ? [parseYAML(one)] : []));
}

function specsOf(config: Config, file: string, kind: string) {
  return documentsOf(config, file)
    .filter((one) => v.is(resource, one))
    .filter((one) => one.kind === kind)
    .map(({ metadata, spec }) => ({ name: metadata.name, spec }));
}

/** Every list of headers to remove, at any depth. */
function removals(value: unknown): string[][] {
  if (typeof value !== "object" || value === null) return [];
  const own = v.is(removal, value) ? [value.remove] : [];
  return [...own, ...Object.values(value).flatMap(removals)];
}

const all = [exampleConfig(), ...oddConfigs].map((config, index) => [index, config] as const);

describe.each(all)("for Envoy Gateway, configuration %i", (_, config) => {
  it("protects every route to an app and denies requests that doorward does not answer", () => {
    const apps = publicHosts(config).hosts.filter(({ serves }) => serves !== "doorward");

    const policies = specsOf(config, "envoy-gateway.yaml", "SecurityPolicy");
    const routes = specsOf(config, "envoy-gateway.yaml", "HTTPRoute").map(({ name }) => name);

    expect(policies.map(({ name }) => name)).toEqual(apps.map(({ name }) => name));
    expect(routes).toEqual(expect.arrayContaining(apps.map(({ name }) => name)));
    for (const { name, spec } of policies) {
      const target = { group: "gateway.networking.k8s.io", kind: "HTTPRoute", name };
      expect(spec).toMatchObject({ targetRefs: [target], extAuth: { failOpen: false } });
    }
  });

  it("removes no more headers in one list than the Gateway API allows", () => {
    const lists = removals(documentsOf(config, "envoy-gateway.yaml"));

    expect(lists.length).toBeGreaterThan(0);
    expect(lists.filter((list) => list.length > 16)).toEqual([]);
  });
});

describe.each(["envoy-gateway.yaml", "istio.yaml"])("in %s", (file) => {
  it.each(all)(
    "the common identity headers of a visitor are removed: configuration %i",
    (_, config) => {
      const ours = new Set(Object.keys(config.headers).map((name) => name.toLowerCase()));
      const common = [
        "remote-user",
        "x-webauth-name",
        "x-forwarded-email",
        "x-rewrite-url",
        "proxy",
      ];
      const last = ["x-forwarded-uri", "x-forwarded-method"];

      const removed = new Set(removals(documentsOf(config, file)).flat());

      const left = [...common, ...last].filter((name) => !ours.has(name) && !removed.has(name));
      expect(left).toEqual([]);
    },
  );
});

describe.each(all)("for Istio, configuration %i", (_, config) => {
  it("asks about every host except doorward's own, whether a route names it or not", () => {
    const own = publicHosts(config).hosts.filter(({ serves }) => serves !== "app");

    const [policy] = specsOf(config, "istio.yaml", "AuthorizationPolicy");

    const named = own.flatMap(({ host }) => [host, `${host}:*`]);
    expect(policy?.spec).toMatchObject({
      action: "CUSTOM",
      rules: expect.arrayContaining([{ to: [{ operation: { notHosts: named } }] }]),
    });
  });

  it("leaves only the endpoints of a mounted doorward open", () => {
    const mounted = publicHosts(config).hosts.filter(({ serves }) => serves === "both");

    const [policy] = specsOf(config, "istio.yaml", "AuthorizationPolicy");

    const rules = mounted.map(({ host, base }) => ({
      to: [
        {
          operation: {
            hosts: [host, `${host}:*`],
            notPaths: ["start", "callback", "callback/*", "sign_out"].map(
              (page) => `${base}/${page}`,
            ),
          },
        },
      ],
    }));
    expect(policy?.spec).toMatchObject({ rules: expect.arrayContaining(rules) });
  });
});

describe.each(["envoy-gateway.yaml", "istio.yaml"])("%s", (file) => {
  it.each(all)("never removes doorward's own headers: configuration %i", (_, config) => {
    const ours = new Set(Object.keys(config.headers).map((name) => name.toLowerCase()));

    const removed = removals(documentsOf(config, file)).flat();

    expect(removed.filter((name) => ours.has(name))).toEqual([]);
  });
});

import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { driverFacts } from "../../server/config/storage-drivers.ts";
import { without } from "../peers/programs.ts";
import { allOptions, exampleValues } from "./chart-values.ts";
import { deployFolder } from "./example.ts";
import { chartFolder, helm, renderChart } from "./helm.ts";

const one = exampleValues("one-replica");
const redis = exampleValues("redis");

function withConfig(values: Record<string, unknown>, more: object): object {
  return { ...values, config: { ...Object(values.config), ...more } };
}

const broken: readonly [message: string, values: object][] = [
  ["config: is empty", {}],
  ["config: is not a YAML mapping", { ...one, config: "a: [" }],
  [
    "replicas: 2 replicas cannot share sessions with the storage driver fs-lite",
    { ...one, replicas: 2 },
  ],
  ["persistence: has no effect", { ...redis, persistence: { enabled: true } }],
  ["secret: is missing", { ...one, secret: {} }],
  [
    "secret: has both existing and values",
    { ...one, secret: { existing: "a", values: { secret: "b" } } },
  ],
  ["DOORWARD_SECRET_FILE: names the key secret", { ...one, secret: { values: { other: "b" } } }],
  ["networkPolicy.proxies: is empty", { ...one, networkPolicy: {} }],
  ["networkPolicy.metrics: is empty", { ...one, serviceMonitor: { enabled: true } }],
  ["config.secret: would be in a ConfigMap", withConfig(one, { secret: ["x"] })],
  [
    "config.providers.company.clientSecret: would be in a ConfigMap",
    withConfig(one, { providers: { company: { clientSecret: "x" } } }),
  ],
  [
    "config.storage.password: would be in a ConfigMap",
    withConfig(redis, { storage: { driver: "redis", url: "redis://redis", password: "x" } }),
  ],
  [
    "config.storage.secretAccessKey: would be in a ConfigMap",
    withConfig(redis, { storage: { driver: "s3", secretAccessKey: "x" } }),
  ],
  ...["token", "apiToken", "userServiceKey"].map((key): [string, object] => [
    `config.storage.${key}: would be in a ConfigMap`,
    withConfig(redis, { storage: { driver: "cloudflare-kv-http", [key]: "x" } }),
  ]),
  [
    "config.storage.headers.Authorization: would be in a ConfigMap",
    withConfig(redis, { storage: { driver: "http", headers: { Authorization: "Bearer x" } } }),
  ],
  [
    "config: has a URL with a password",
    withConfig(redis, { storage: { driver: "redis", url: "redis://u:pa'ss@redis:6379" } }),
  ],
  [
    "config: has a URL with a password",
    withConfig(redis, { storage: { driver: "redis", url: "redis://:x@redis:6379" } }),
  ],
  [
    "config: has a private key",
    withConfig(one, { listen: { https: { key: "-----BEGIN PRIVATE KEY-----\nx" } } }),
  ],
];

const ofWrongShape: readonly [place: string, values: object][] = [
  ["'/config/session'", withConfig(one, { session: { lifetme: "7d" } })],
  ["'/config/log/level'", withConfig(one, { log: { level: "loud" } })],
  ["/replicas", { ...one, replicas: "two" }],
  ["/replicas", { ...one, replicas: 0 }],
  ["/config", withConfig(one, { acess: {} })],
  ["/secret/variables", { ...one, secret: { existing: "a", variables: { SECRET: "secret" } } }],
  ["additional properties 'ingress' not allowed", { ...one, ingress: {} }],
];

const proxyFile = `proxyResources.traefik=${join(deployFolder, "traefik/kubernetes.yaml")}`;

describe.skipIf(without.has("helm"))("the chart refuses values", () => {
  it("but not for the address of a token endpoint, or a header with the access token for the app", () => {
    const endpoints = { token: "https://id.example.com/token" };
    const { stderr, status } = renderChart(
      withConfig(one, {
        providers: { company: { endpoints } },
        headers: { Authorization: "Bearer accessToken" },
      }),
    );

    expect(stderr).toBe("");
    expect(status).toBe(0);
  });

  it.each(broken)("with the message: %s", (message, values) => {
    const { status, stderr } = renderChart(values);

    expect(stderr).toContain(message);
    expect(status).toBe(1);
  });

  it("and lists all mistakes at once", () => {
    const { stderr } = renderChart({ ...one, replicas: 2, secret: {}, networkPolicy: {} });

    for (const part of ["replicas: ", "secret: ", "networkPolicy.proxies: "])
      expect(stderr).toContain(`\n${part}`);
  });

  it.each(Object.entries(driverFacts))(
    "by whether replicas share a store: %s, %o",
    (driver, { reach }) => {
      const { status, stderr } = renderChart(
        withConfig({ ...redis, replicas: 2 }, { storage: { driver } }),
      );

      expect(stderr.includes("replicas cannot share sessions")).toBe(reach !== "shared");
      expect(status).toBe(reach === "shared" ? 0 : 1);
    },
  );

  it("with resources of a proxy that name another Service or namespace", () => {
    const words = ["--set-file", proxyFile];

    const renamed = renderChart({ ...redis, fullnameOverride: "auth" }, words);
    const elsewhere = renderChart(redis, [...words, "--namespace", "auth"]);

    expect(renamed.stderr).toContain("name the Service doorward, but this release's is auth");
    expect(elsewhere.stderr).toContain("proxyResources.traefik: names the namespace doorward");
  });

  it.each(ofWrongShape)("of another shape than the schema's: %s", (place, values) => {
    const { status, stderr } = renderChart(values);

    expect(stderr).toContain("values don't meet the specifications of the schema");
    expect(stderr).toContain(place);
    expect(status).toBe(1);
  });

  it("but a provider may have any name, and a page any text", () => {
    const providers = { secret: { type: "github", clientId: "x" } };
    const pages = { footer: "Forgot your password: call us" };

    expect(renderChart(withConfig(one, { providers, pages }))).toMatchObject({
      status: 0,
      stderr: "",
    });
  });
});

describe.skipIf(without.has("helm"))("helm lint --strict", () => {
  it.each([
    ["the default values", {}],
    ["one replica", one],
    ["Redis", redis],
    ["all options", allOptions],
  ])("accepts the chart with %s", (_, values) => {
    const { status, stdout } = helm(
      ["lint", "--strict", "--quiet", chartFolder, "-f", "-"],
      values,
    );

    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
  });
});

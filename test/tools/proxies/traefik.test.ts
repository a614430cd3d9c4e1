import { parseYAML } from "confbox";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { visitorHeaders } from "../../../server/forwarded/request-headers.ts";
import type { Config } from "../../../server/config/schema.ts";
import { proxyModel } from "../../../server/tools/proxies/model.ts";
import { proxyFiles } from "../../../server/tools/proxy-files.ts";
import { exampleConfig } from "../../deploy/example.ts";
import { configOf } from "../../peers/doorward.ts";
import { oddConfigs } from "./odd-configs.ts";

// No package publishes a schema of these two files, so this is a strict schema of the parts that we use.
const names = v.array(v.string());
const router = v.strictObject({
  rule: v.string(),
  priority: v.pipe(v.number(), v.integer()),
  entryPoints: names,
  middlewares: v.optional(names, []),
  service: v.string(),
});
const forwardAuth = v.strictObject({
  address: v.pipe(v.string(), v.url()),
  trustForwardHeader: v.literal(false),
  authRequestHeaders: names,
  authResponseHeaders: names,
  authResponseHeadersRegex: v.string(),
  maxResponseBodySize: v.number(),
});
const middleware = v.union([
  v.strictObject({ forwardAuth }),
  v.strictObject({
    headers: v.strictObject({ customRequestHeaders: v.record(v.string(), v.literal("")) }),
  }),
  v.strictObject({ replacePath: v.strictObject({ path: v.string() }) }),
  v.strictObject({
    redirectScheme: v.strictObject({ scheme: v.literal("https"), permanent: v.literal(true) }),
  }),
]);
const service = v.strictObject({
  loadBalancer: v.strictObject({ servers: v.array(v.strictObject({ url: v.string() })) }),
});
const dynamicFile = v.strictObject({
  http: v.strictObject({
    routers: v.record(v.string(), router),
    middlewares: v.record(v.string(), middleware),
    services: v.record(v.string(), service),
  }),
});
const http = v.strictObject({
  aliasHeadersStrategy: v.literal("delete"),
  tls: v.optional(v.strictObject({})),
});
const entryPoint = v.strictObject({
  address: v.pipe(v.string(), v.regex(/^:\d+$/)),
  forwardedHeaders: v.optional(v.strictObject({ trustedIPs: names })),
  http,
});
const staticFile = v.strictObject({
  entryPoints: v.record(v.string(), entryPoint),
  accessLog: v.strictObject({
    format: v.literal("json"),
    fields: v.strictObject({
      names: v.strictObject({ RequestPath: v.literal("drop") }),
      headers: v.strictObject({
        defaultMode: v.literal("drop"),
        names: v.strictObject({ "X-Request-Id": v.literal("keep") }),
      }),
    }),
  }),
  providers: v.strictObject({ file: v.strictObject({ directory: v.string() }) }),
});
/** Traefik's service that leads to no server. */
const nowhere = "noop@internal";
const labelled = v.object({
  services: v.record(v.string(), v.object({ labels: v.array(v.string()) })),
});

function read(config: Config, folder: "dynamic" | "dynamic-v2") {
  const { files } = proxyFiles(config, "traefik");
  const yaml = (name: string) => parseYAML(files.get(name) ?? "");
  return {
    http: v.parse(dynamicFile, yaml(`${folder}/doorward.yaml`)).http,
    entryPoints: v.parse(staticFile, yaml("traefik.yaml")).entryPoints,
    labels: v.parse(labelled, yaml("docker-labels.yaml")).services,
  };
}

describe.each([exampleConfig(), ...oddConfigs].map((config, index) => ({ index, config })))(
  "the files printed for Traefik, configuration $index",
  ({ config }) => {
    it.each(["dynamic", "dynamic-v2"] as const)(
      "refer only to existing entry points, middlewares and services, in %s",
      (folder) => {
        const { http: found, entryPoints } = read(config, folder);

        const routers = Object.values(found.routers);
        const isMissing = (where: object) => (name: string) => !Object.hasOwn(where, name);
        const missing = routers
          .flatMap((one) => one.entryPoints)
          .filter(isMissing(entryPoints))
          .concat(routers.flatMap((one) => one.middlewares).filter(isMissing(found.middlewares)))
          .concat(
            routers
              .map((one) => one.service)
              .filter(isMissing({ ...found.services, [nowhere]: {} })),
          );
        expect(missing).toEqual([]);
      },
    );

    it("protect every route to an app, with the path of its site", () => {
      const { http: found } = read(config, "dynamic");
      const { hosts, doorward } = proxyModel(config);

      const asked = hosts
        .filter(({ serves }) => serves !== "doorward")
        .map(({ name, base }) => ({ name, address: `http://${doorward}${base}/verify` }));
      const ways = Object.entries(found.routers).filter(
        ([, { service: to }]) => to !== "doorward" && to !== nowhere,
      );
      expect(
        ways.map(([name, one]) => ({ name, address: addressOf(found, one.middlewares) })),
      ).toEqual(asked);
    });

    it("use explicit priorities instead of the rule length", () => {
      const { http: found } = read(config, "dynamic");

      const priorities = Object.values(found.routers).map((one) => one.priority);
      const open = Object.values(found.routers).filter((one) => one.middlewares.length === 0);
      const verdicts = Object.values(found.routers).filter(({ rule }) =>
        rule.endsWith("/verify`)"),
      );
      expect(Math.min(...priorities)).toBeGreaterThan(1_000);
      expect(
        verdicts.every((one) => one.priority > Math.max(...open.map((two) => two.priority))),
      ).toBe(true);
      expect(open.map((one) => one.service)).toEqual(open.map(() => "doorward"));
    });

    it("have the same rules in Docker labels as in the file", () => {
      const { http: found, labels } = read(config, "dynamic");

      const lines = Object.values(labels).flatMap((one) => one.labels);
      const rules = Object.entries(found.routers).map(
        ([name, { rule }]) => `traefik.http.routers.${name}.rule=${rule.replaceAll("$", "$$$$")}`,
      );
      expect(lines).toEqual(expect.arrayContaining(rules));
      expect(lines.filter((line) => line.includes(".rule="))).toHaveLength(rules.length);
    });
  },
);

function addressOf(
  { middlewares }: v.InferOutput<typeof dynamicFile>["http"],
  used: readonly string[],
): string | undefined {
  const forwardAuths = used
    .map((name) => middlewares[name])
    .flatMap((one) => (one !== undefined && "forwardAuth" in one ? [one.forwardAuth.address] : []));
  return forwardAuths.length === 1 ? forwardAuths[0] : undefined;
}

describe("an auth request from Traefik", () => {
  const { http: found } = read(exampleConfig(), "dynamic");
  const forwardAuths = Object.values(found.middlewares).flatMap((one) =>
    "forwardAuth" in one ? [one.forwardAuth] : [],
  );

  it("has every header that doorward reads, and no X-Forwarded-* or X-Original-* of the visitor", () => {
    for (const { authRequestHeaders } of forwardAuths) {
      expect(authRequestHeaders).toEqual([...visitorHeaders]);
      expect(authRequestHeaders.filter((name) => /^x-(forwarded|original)/.test(name))).toEqual([]);
    }
  });

  it("replaces identity headers sent by the visitor", () => {
    for (const { authResponseHeaders, authResponseHeadersRegex: written } of forwardAuths) {
      const families = new RegExp(written.replace("(?i)", ""), "i");
      expect(authResponseHeaders).toEqual(expect.arrayContaining(["X-Auth-Request-User", "Proxy"]));
      const spoofed = ["X-Auth-Request-Foo", "Remote-User", "X-Webauth-Role"];
      expect(spoofed.filter((name) => !families.test(name))).toEqual([]);
    }
  });

  it("leaves the headers that Traefik itself sends to apps", () => {
    const own = ["For", "Host", "Port", "Proto", "Server"].map((part) => `X-Forwarded-${part}`);
    for (const { authResponseHeadersRegex: written } of forwardAuths) {
      const families = new RegExp(written.replace("(?i)", ""), "i");
      expect([...own, "X-Real-Ip", "Host", "Cookie"].filter((name) => families.test(name))).toEqual(
        [],
      );
    }
  });

  it("comes after the removal of headers that describe another request, at every app", () => {
    const ways = Object.values(found.routers).filter(
      ({ service: to }) => to !== "doorward" && to !== nowhere,
    );
    expect(ways.map((one) => one.middlewares[0])).toEqual(ways.map(() => "doorward-real-request"));
    expect(found.middlewares["doorward-real-request"]).toEqual({
      headers: {
        customRequestHeaders: {
          "X-Forwarded-Host": "",
          "X-Forwarded-Method": "",
          "X-Forwarded-Uri": "",
        },
      },
    });
  });
});

describe("a wildcard host in Traefik", () => {
  const config = configOf({
    url: "https://auth.example.com",
    cookie: { domain: "example.com" },
    providers: { company: { type: "oidc", issuer: "https://id.example.com", clientId: "door" } },
    access: { anyone: true },
    rules: [{ host: ["*.example.com"], allow: "signed-in" }],
  });

  it.each([
    ["dynamic", "HostRegexp(`^.+\\.example\\.com$`)"],
    ["dynamic-v2", "HostRegexp(`{any:.+}.example.com`)"],
  ] as const)("is written in the syntax of the Traefik version, in %s", (folder, rule) => {
    expect(read(config, folder).http.routers["any-example-com"]?.rule).toBe(rule);
  });
});

describe("the resources printed for Traefik in Kubernetes", () => {
  it("say which entry point an installation does not have yet, and its address", () => {
    const onePort = configOf({
      url: "https://app.example.com:8443/_auth",
      providers: { company: { type: "oidc", issuer: "https://id.example.com", clientId: "door" } },
      access: { anyone: true },
    });
    const textOf = (config: Config) =>
      proxyFiles(config, "traefik").files.get("kubernetes.yaml") ?? "";

    expect(textOf(onePort)).toContain('entry point `websecure-8443` with the address ":8443"');
    expect(textOf(exampleConfig())).not.toContain("entry point `");
  });
});

import { parseAllDocuments } from "yaml";
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../server/config/faults.ts";
import { proxyFiles } from "../../../server/tools/proxy-files.ts";
import { resourceFault } from "../../deploy/schemas.ts";
import { configOf } from "../../peers/doorward.ts";

const path = "/.well-known/oauth-protected-resource";
const [host, other] = ["mcp.example.com", "wide.example.com"];

function filesOf(proxy: string, bearer: Record<string, unknown> = {}) {
  const config = configOf({
    url: "https://auth.example.com",
    cookie: { domain: "example.com" },
    providers: { company: { type: "oidc", issuer: "https://id.example.com", clientId: "door" } },
    access: { anyone: true },
    rules: [
      { host, path: "/a/**", bearer: { metadata: true, ...bearer } },
      { host, path: "/b", bearer: { metadata: true } },
      { host: `${host}:8443`, path: "/c", bearer: { metadata: true } },
      { host: other, bearer: true },
    ],
  });
  return proxyFiles(config, proxy).files;
}

interface PrintedIngress {
  readonly annotations: Readonly<Record<string, string>>;
  readonly paths: readonly string[];
}

/** The Ingresses of a host that lead to the app. */
function ingressesOf(rules: readonly Record<string, unknown>[]): PrintedIngress[] {
  const config = configOf({
    url: "https://auth.example.com",
    cookie: { domain: "example.com" },
    providers: { company: { type: "oidc", issuer: "https://id.example.com", clientId: "door" } },
    access: { anyone: true },
    rules: rules.map((rule) => ({ ...rule, bearer: { metadata: true } })),
  });
  const text = proxyFiles(config, "ingress-nginx").files.get("ingress.yaml") ?? "";
  return parseAllDocuments(text)
    .map((one) => one.toJSON())
    .filter(({ spec }) => spec.rules[0].http.paths[0].backend.service.name !== "doorward")
    .map(({ metadata, spec }) => ({
      annotations: metadata.annotations,
      paths: spec.rules[0].http.paths.map(
        (one: { pathType: string; path: string }) => `${one.pathType} ${one.path}`,
      ),
    }));
}

function refusal(bearer: Record<string, unknown>): string {
  try {
    filesOf("nginx", bearer);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "";
}

describe("the documents of protected resources", () => {
  it.each([
    ["nginx", "doorward.conf"],
    ["caddy", "Caddyfile"],
    ["haproxy", "haproxy.cfg"],
    ["envoy", "envoy.yaml"],
    ["apisix", "apisix.yaml"],
  ])("are in the files of %s, each once and in full", (proxy, file) => {
    const text = filesOf(proxy).get(file) ?? "";

    for (const [authority, name] of [
      [host, "a"],
      [host, "b"],
      [`${host}:8443`, "c"],
    ])
      expect(
        text.split(
          `{"resource":"https://${authority}/${name}","authorization_servers":["https://id.example.com"],"bearer_methods_supported":["header"]}`,
        ),
      ).toHaveLength(2);
    expect(text).not.toContain(`"resource":"https://${other}`);
  });

  it.each([
    ["traefik", "dynamic/doorward.yaml"],
    ["traefik", "dynamic-v2/doorward.yaml"],
    ["traefik", "docker-labels.yaml"],
    ["traefik", "kubernetes.yaml"],
    ["envoy", "envoy-gateway.yaml"],
    ["envoy", "istio.yaml"],
    ["ingress-nginx", "ingress.yaml"],
  ])("have a route to doorward in the files of %s: %s", (proxy, file) => {
    const text = filesOf(proxy).get(file) ?? "";

    for (const name of ["a", "b"]) expect(text).toContain(`${path}/${name}`);
    expect(text).not.toContain('{"resource"');
    expect(text).not.toMatch(/Prefix\S* \S*\/\.well-known|PathPrefix\(`\/\.well-known/);
  });

  it("are excepted from Istio's policy by their exact paths", () => {
    const text = filesOf("envoy").get("istio.yaml") ?? "";
    const policy = parseAllDocuments(text)
      .map((one) => one.toJSON())
      .find(({ kind }) => kind === "AuthorizationPolicy");

    const [all, ...mounted] = policy.spec.rules.map(
      ({ to: [one] }: { to: { operation: unknown }[] }) => one?.operation,
    );
    expect(all.notHosts.toSorted()).toEqual([
      "auth.example.com",
      "auth.example.com:*",
      host,
      `${host}:*`,
    ]);
    expect(mounted).toEqual([
      { hosts: [host, `${host}:*`], notPaths: ["a", "b", "c"].map((name) => `${path}/${name}`) },
    ]);
  });

  it("have an Ingress without auth-signin for ingress-nginx, which asks doorward as the app's own does", () => {
    const prefix = "nginx.ingress.kubernetes.io";
    const [own, ofResources, another] = ingressesOf([
      { host, path: "/a/**" },
      { host, path: "/a", methods: "POST" },
      { host, path: "/b" },
      { host, exactPath: "/c" },
      { host: `${host}:8443`, path: "/d/*" },
    ]);

    expect(another).toBeUndefined();
    expect(own?.paths).toEqual(["Prefix /"]);
    expect(ofResources?.paths).toEqual(["Prefix /a", "Exact /b", "Exact /c", "Prefix /d"]);
    const { [`${prefix}/auth-signin`]: signIn, ...others } = own?.annotations ?? {};
    expect(signIn).toBe("https://auth.example.com/start");
    expect(Object.keys(others)).toEqual([`${prefix}/auth-url`, `${prefix}/auth-response-headers`]);
    expect(ofResources?.annotations).toEqual(others);
  });

  it.each<[string, Record<string, unknown>, string[]]>([
    ["a whole host", {}, ["Prefix / without"]],
    ["everything under the root", { path: "/**" }, ["Prefix / without"]],
    ["the root alone", { path: "/" }, ["Prefix / with", "Exact / without"]],
  ])("have no sign-in at %s for ingress-nginx", (_, rule, expected) => {
    const found = ingressesOf([{ host, ...rule }]).map(
      ({ paths, annotations }) =>
        `${paths.join()} ${Object.keys(annotations).some((name) => name.endsWith("/auth-signin")) ? "with" : "without"}`,
    );

    expect(found).toEqual(expected);
  });

  it.each([
    ["ingress-nginx", "ingress.yaml"],
    ["traefik", "kubernetes.yaml"],
  ])("match the schemas of Kubernetes for %s: %s", (proxy, file) => {
    const resources = parseAllDocuments(filesOf(proxy).get(file) ?? "").map((one) => one.toJSON());

    expect(resources.length).toBeGreaterThan(3);
    expect(resources.map((one) => resourceFault(one)).filter(Boolean)).toEqual([]);
  });

  it.each([
    ["a quote", "it's"],
    ["a variable", "$host"],
    ["a comment", "a#b"],
    ["a placeholder", "%[src]"],
    ["a semicolon", "a;b"],
    ["a backtick", "a`b"],
  ])("are refused for a proxy if a scope has %s", (_, scope) => {
    expect(refusal({ scopes: [scope] })).toMatch(
      /rules\.0\.bearer\.metadata: publishes a scope or an issuer with/,
    );
  });

  it("are refused for a proxy if they are too long for a line of its configuration", () => {
    const scopes = Array.from({ length: 90 }, (_, index) => `a-rather-long-scope-${index}`);

    expect(refusal({ scopes })).toMatch(
      /rules\.0\.bearer\.metadata: makes a document of \d{4} characters/,
    );
    expect(refusal({ scopes: scopes.slice(0, 50) })).toBe("");
  });
});

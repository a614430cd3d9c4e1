import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../server/config/faults.ts";
import { proxyFiles, proxyNames } from "../../../server/tools/proxy-files.ts";
import { proxyModel } from "../../../server/tools/proxies/model.ts";
import { configOf } from "../../peers/doorward.ts";

const settings = {
  url: "https://auth.example.com",
  cookie: { domain: "example.com" },
  providers: { company: { type: "oidc", issuer: "https://id.example.com", clientId: "door" } },
  access: { anyone: true },
};

function hostsOf(changes: Record<string, unknown>): string[] {
  const { hosts } = proxyModel(configOf({ ...settings, ...changes }));
  return hosts.map(
    ({ serves, scheme, authority, base }) => `${serves} ${scheme}://${authority}${base}`,
  );
}

/** The error message for a configuration that no proxy can express. */
function refusal(changes: Record<string, unknown>): string {
  try {
    proxyModel(configOf({ ...settings, ...changes }));
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "";
}

describe("the hosts of a proxy", () => {
  it("are the site's host and the hosts in rules, without duplicates", () => {
    const rules = [
      { host: ["app.example.com", "wiki.example.com:8443"], allow: "public" },
      { host: ["app.example.com:443", "auth.example.com"], allow: "signed-in" },
      { path: "/public/**", allow: "public" },
    ];

    expect(hostsOf({ rules })).toEqual([
      "app https://app.example.com",
      "app https://wiki.example.com:8443",
      "doorward https://auth.example.com",
    ]);
  });

  it("include an example app if no rule names an app host", () => {
    expect(hostsOf({})).toEqual([
      "app https://app.example.com",
      "doorward https://auth.example.com",
    ]);
    expect(hostsOf({ url: "https://app.example.com" })).toEqual([
      "app https://my-app.example.com",
      "doorward https://app.example.com",
    ]);
  });

  it("report which host is such an example", () => {
    const { remarks } = proxyFiles(configOf(settings), "nginx");

    expect(remarks).toEqual([expect.stringContaining("app.example.com is an example")]);
  });

  it("of a mounted site are its own host and other hosts that its cookie reaches", () => {
    const url = "https://wiki.example.com:8443/_auth";
    const rules = [{ host: "app.example.com", allow: "signed-in" }];

    expect(hostsOf({ url, cookie: {} })).toEqual(["both https://wiki.example.com:8443/_auth"]);
    expect(hostsOf({ url, rules })).toEqual([
      "app https://app.example.com/_auth",
      "both https://wiki.example.com:8443/_auth",
    ]);
  });

  it("belong to the most specific site that covers them, with wildcards last", () => {
    const sites = [
      { url: "https://auth.example.com", cookie: { domain: "example.com" } },
      { url: "https://wiki.example.com/_auth" },
    ];
    const rules = [
      { host: ["*.example.com", "*.dev.example.com", "wiki.example.com"], allow: "signed-in" },
    ];

    expect(hostsOf({ url: undefined, cookie: undefined, sites, rules })).toEqual([
      "doorward https://auth.example.com",
      "both https://wiki.example.com/_auth",
      "app https://*.dev.example.com",
      "app https://*.example.com",
    ]);
  });

  it("of a site with `hosts` are those that rules name, and all others, each with doorward mounted", () => {
    const open = { url: "https://{host}/_auth", hosts: ["example.com"], cookie: {} };
    const rules = [{ host: ["app.example.com", "wiki.example.com:8443"], allow: "signed-in" }];

    expect(hostsOf({ ...open, rules })).toEqual([
      "both https://app.example.com/_auth",
      "both https://wiki.example.com:8443/_auth",
      "both https://example.com/_auth",
      "both https://*.example.com/_auth",
    ]);
    expect(hostsOf({ ...open, url: "https://{host}:8443/_auth" })).toEqual([
      "both https://example.com:8443/_auth",
      "both https://*.example.com:8443/_auth",
    ]);
  });

  it("of a site with `hosts` sign in at the host of the request in ingress-nginx", () => {
    const open = { url: "https://{host}/_auth", hosts: ["example.com"], cookie: {} };
    const { files } = proxyFiles(configOf({ ...settings, ...open }), "ingress-nginx");

    expect(files.get("ingress.yaml")).toContain('auth-signin: "https://$host/_auth/start"');
  });

  it("leave out hosts that no site covers, and report them", () => {
    const rules = [{ host: ["app.example.com", "app.example.org"], allow: "public" }];
    const config = configOf({ ...settings, rules });

    const { files, remarks } = proxyFiles(config, "nginx");

    expect(remarks).toEqual([expect.stringContaining("app.example.org")]);
    expect([...files.values()].join("")).not.toContain("app.example.org");
  });

  it("have unique names even if their letters are the same", () => {
    const rules = [
      {
        host: ["a-b.example.com", "a.b.example.com", "any.example.com", "*.example.com"],
        allow: "signed-in",
      },
    ];

    const { hosts } = proxyModel(configOf({ ...settings, rules }));

    const names = hosts.map(({ name }) => name);
    expect(new Set(names).size).toBe(hosts.length);
    expect(names.every((name) => /^[a-z0-9-]+$/.test(name))).toBe(true);
  });

  it("use doorward's listen address as seen from the same machine", () => {
    const asked = (host: string) =>
      proxyModel(configOf({ ...settings, listen: { host, port: 4181 } })).doorward;

    expect(["127.0.0.1", "0.0.0.0", "::", "::1", "10.1.2.3", "localhost"].map(asked)).toEqual([
      "127.0.0.1:4181",
      "127.0.0.1:4181",
      "[::1]:4181",
      "[::1]:4181",
      "10.1.2.3:4181",
      "localhost:4181",
    ]);
  });
});

describe("a value that could break out of a proxy's configuration", () => {
  it.each([
    [
      "a host with a semicolon",
      { url: "https://a;b.example.com/_auth", cookie: {} },
      "a;b.example.com",
    ],
    [
      "a host with a brace",
      { url: "https://a}b.example.com/_auth", cookie: {} },
      "a}b.example.com",
    ],
    ["a host with a dollar sign", { url: "https://$host.example.com" }, "$host.example.com"],
    [
      "a host with a quote",
      { url: "https://a'b.example.com/_auth", cookie: {} },
      "a'b.example.com",
    ],
    ["a host with a backtick", { url: "https://a`b.example.com" }, "a`b.example.com"],
    [
      "a host with a dot at its end",
      { url: "https://app.example.com./_auth", cookie: {} },
      "app.example.com.",
    ],
    ["an address in brackets", { url: "https://[::1]/_auth", cookie: {} }, "[::1]"],
    ["an address in a rule", { rules: [{ host: "[::1]", allow: "public" }] }, "rules.0.host"],
    ["a path with a semicolon", { url: "https://app.example.com/_auth;x", cookie: {} }, "/_auth;x"],
    ["a path with a dollar sign", { url: "https://app.example.com/$uri", cookie: {} }, "/$uri"],
    ["a path with a star", { url: "https://app.example.com/*", cookie: {} }, "/*"],
    ["a path with an encoded letter", { url: "https://app.example.com/%7b", cookie: {} }, "/%7b"],
    ["a path with an empty segment", { url: "https://app.example.com//x", cookie: {} }, "//x"],
    ["a header with a backtick", { headers: { "X-`id`": "email" } }, "headers.X-`id`"],
    ["a header with a dollar sign", { headers: { "X-$host": "email" } }, "headers.X-$host"],
    ["a header that many programs drop", { headers: { X_User: "email" } }, "headers.X_User"],
    ["a header that begins with a minus", { headers: { "-X-User": "email" } }, "headers.-X-User"],
    ["a header with a star", { headers: { "X-*": "email" } }, "headers.X-*"],
    ["a header that the auth request needs", { headers: { Accept: "email" } }, "headers.Accept"],
    [
      "a header that describes the request",
      { headers: { "X-Original-URL": "email" } },
      "X-Original-URL",
    ],
    ["an invalid listen address", { listen: { host: "127.0.0.1; }" } }, "listen.host"],
  ])("is rejected, and the message names it: %s", (_, changes, name) => {
    expect(refusal(changes)).toContain(name);
  });

  it("is reported together with all others", () => {
    const message = refusal({ url: "https://a;b.example.com/a$1", headers: { "X-$a": "email" } });

    expect(message.split("\n")).toHaveLength(4);
  });

  it.each(proxyNames)("is rejected for %s before anything is printed", (proxy) => {
    const config = configOf({ ...settings, headers: { "X-$host": "email" } });

    expect(() => proxyFiles(config, proxy)).toThrow("X-$host");
  });
});

describe("a configuration is rejected", () => {
  it("if doorward has a host of its own and its cookie reaches no other host", () => {
    const message = refusal({ url: "https://auth.example.com", cookie: {} });

    expect(message).toContain("cookie.domain");
    expect(message).toContain("https://auth.example.com/_auth");
  });

  it("if doorward has all of every host", () => {
    const message = refusal({ url: "https://{host}", hosts: ["example.com"], cookie: {} });

    expect(message).toContain("leaves no app to protect");
    expect(message).toContain("https://{host}/_auth");
  });

  it("if two sites use http and https on one port", () => {
    const sites = [
      { url: "https://wiki.example.com:8443/_auth" },
      { url: "http://localhost:8443/_auth" },
    ];

    expect(refusal({ url: undefined, cookie: undefined, sites })).toContain("8443");
  });

  it.each([
    ["nginx", "forwarded"],
    ["caddy", "original"],
  ])("if it pins a dialect that %s does not use", (proxy, dialect) => {
    expect(() => proxyFiles(configOf({ ...settings, dialect }), proxy)).toThrow(dialect);
  });
});

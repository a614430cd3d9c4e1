import { describe, expect, it } from "vitest";
import type { Site } from "../../server/config/site.ts";
import { createSites } from "../../server/config/sites.ts";
import { proxyFiles } from "../../server/tools/proxy-files.ts";
import { readCaddy } from "./caddy-handlers.ts";
import { exampleConfig } from "./example.ts";
import { findAll, parseNginx, type Directive } from "./nginx-tree.ts";

/** Directives that nginx runs before the auth request, or instead of it. */
const earlier = new Set(["return", "rewrite", "if", "set", "break", "try_files"]);

function isProtected({ block }: Directive): boolean {
  return block.some(({ name, words }) => name === "auth_request" && words[0] !== "off");
}

function faultsOf(config: readonly Directive[]): string[] {
  const locations = findAll(config, "location");
  return [
    ...findAll(config, "satisfy").flatMap(({ words }) => (words[0] === "all" ? [] : ["satisfy"])),
    ...locations
      .filter(isProtected)
      .flatMap(({ block }) => block.map(({ name }) => name).filter((name) => earlier.has(name))),
    ...locations
      .filter((location) => !isProtected(location))
      .flatMap(({ block }) => findAll(block, "proxy_pass"))
      .flatMap(({ words: [to = ""] }) =>
        /^http:\/\/doorward(\$|$)/.test(to) ? [] : [`open ${to}`],
      ),
  ];
}

describe("the files printed for nginx", () => {
  it("protect every location that leads to an app", () => {
    const { files } = proxyFiles(exampleConfig(), "nginx");
    const config = parseNginx(files.get("doorward.conf") ?? "", files);

    expect(findAll(config, "location").filter(isProtected)).toHaveLength(2);
    expect(faultsOf(config)).toEqual([]);
  });
});

describe("the check of nginx's files", () => {
  it.each([
    ["location / { auth_request /q; return 200 leaked; }", ["return"]],
    ["location / { auth_request /q; if ($a) { return 403; } }", ["if"]],
    ["server { satisfy any; }", ["satisfy"]],
    ["server { location / { proxy_pass http://app; } }", ["open http://app"]],
    ["location / { auth_request off; proxy_pass http://app; }", ["open http://app"]],
  ])("finds the fault in %s", (text, faults) => {
    expect(faultsOf(parseNginx(text))).toEqual(faults);
  });
});

describe.each([
  ["app.example.com", "ask 127.0.0.1:4180/verify?"],
  ["wiki.example.org", "ask 127.0.0.1:4180/_auth/verify?"],
])("the handlers of deploy/caddy for %s", (host, authRequest) => {
  it("strip headers, then ask without the visitor's query, and only then pass to the app", () => {
    const steps = readCaddy("Caddyfile").get(host) ?? [];

    const asked = steps.indexOf(authRequest);
    expect(asked).toBeGreaterThan(steps.indexOf("strip X-Auth-Request-*"));
    expect(steps.findLastIndex((step) => step.startsWith("strip"))).toBeLessThan(asked);
    expect(steps.indexOf("strip *_*")).toBeGreaterThanOrEqual(0);
    expect(steps.indexOf("pass to 127.0.0.1:8080")).toBeGreaterThan(asked);
  });
});

describe("the example doorward.yaml", () => {
  it("needs only secrets, and has one site on its own host and one mounted", () => {
    const config = exampleConfig();

    const [ownHost, mounted] = createSites(config).map(({ first }) => first) as [Site, Site];
    expect(config.listen).toEqual({ host: "127.0.0.1", port: 4180 });
    expect(ownHost.address("start")).toBe("https://auth.example.com/start");
    expect(ownHost.covers("app.example.com")).toBe(true);
    expect(mounted.address("start")).toBe("https://wiki.example.org/_auth/start");
  });
});

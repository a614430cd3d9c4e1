import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseYAML } from "confbox";
import { describe, expect, it } from "vitest";
import { createSites, type Site } from "../../server/config/site.ts";
import { configOf } from "../peers/doorward.ts";
import { readCaddy } from "./caddy-handlers.ts";
import { findAll, parseNginx, readNginx, type Directive } from "./nginx-tree.ts";

/** What nginx does before it asks, or instead of it. */
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
      .flatMap(({ words: [to = ""] }) => (/^http:\/\/doorward\b/.test(to) ? [] : [`open ${to}`])),
  ];
}

describe.each(["own-host.conf", "mounted.conf"])("nginx's %s", (file) => {
  it("asks before everything that leads to the app", () => {
    const config = readNginx(file);

    expect(findAll(config, "location").filter(isProtected)).toHaveLength(1);
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
  ])("finds what is wrong with %s", (text, faults) => {
    expect(faultsOf(parseNginx(text))).toEqual(faults);
  });
});

describe.each([
  ["own-host.Caddyfile", "ask 127.0.0.1:4180/verify?"],
  ["mounted.Caddyfile", "ask 127.0.0.1:4180/_auth/verify?"],
])("Caddy's %s", (file, question) => {
  it("strips, then asks without the visitor's query, and only then passes to the app", () => {
    const hosts = readCaddy(file).filter((steps) => steps.includes("pass to 127.0.0.1:8080"));

    expect(hosts).toHaveLength(1);
    const [steps = []] = hosts;
    const asked = steps.indexOf(question);
    expect(asked).toBeGreaterThan(steps.indexOf("strip X-Auth-Request-*"));
    expect(steps.findLastIndex((step) => step.startsWith("strip"))).toBeLessThan(asked);
    expect(steps.indexOf("strip *_*")).toBeGreaterThanOrEqual(0);
    expect(steps.indexOf("pass to 127.0.0.1:8080")).toBeGreaterThan(asked);
  });
});

describe("the example doorward.yaml", () => {
  it("needs nothing but the secrets, and fits the files for a host of its own", () => {
    const text = readFileSync(join(import.meta.dirname, "../../deploy/doorward.yaml"), "utf8");

    const config = configOf(parseYAML<Record<string, unknown>>(text));

    const [site] = createSites(config) as [Site];
    expect(config.listen).toEqual({ host: "127.0.0.1", port: 4180 });
    expect(site.address("start")).toBe("https://auth.example.com/start");
    expect(site.covers("app.example.com")).toBe(true);
  });
});

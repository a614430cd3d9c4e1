import { describe, expect, it } from "vitest";
import { edited, filesFor, type ProxyKind } from "../../../bench/proxies/proxy-files.ts";
import { proxyKinds } from "../../../bench/proxies/proxy-programs.ts";
import type { Variant } from "../../../bench/proxies/variants.ts";

/** The lines of a variant that the printed files lack, and the printed lines that the variant lacks. */
function difference(kind: ProxyKind, variant: Variant): { added: string[]; removed: string[] } {
  const added: string[] = [];
  const removed: string[] = [];
  const ours = filesFor(kind, variant);
  for (const [name, text] of filesFor(kind, "doorward")) {
    const [before, after] = [text, ours.get(name) ?? ""].map((one) => one.split("\n"));
    added.push(...(after ?? []).filter((line) => before?.includes(line) !== true));
    removed.push(...(before ?? []).filter((line) => after?.includes(line) !== true));
  }
  return { added: added.map((line) => line.trim()), removed };
}

describe("the files of each proxy", () => {
  it.each(proxyKinds)("are the printed ones for %s with the bare server", (kind) => {
    expect(filesFor(kind, "bare")).toEqual(filesFor(kind, "doorward"));
  });

  it.each([
    ["nginx", ["proxy_pass       http://doorward/oauth2/auth;"]],
    ["caddy", ["uri /oauth2/auth?"]],
    ["traefik", ['address: "http://127.0.0.1:4180/oauth2/auth"']],
    ["envoy", []], // the prefix of the path is removed
    [
      "haproxy",
      [
        "http-request lua.doorward doorward /oauth2/auth",
        "if not answer or not answer.headers then",
        "if answer.status ~= 202 then",
      ],
    ],
  ] as const)("differ for %s with oauth2-proxy by its path and status", (kind, lines) => {
    const { added, removed } = difference(kind, "oauth2-proxy");

    expect(added).toEqual(lines);
    expect(removed).toHaveLength(Math.max(1, lines.length));
  });

  it.each([
    ["nginx", /location \/ \{\s+proxy_http_version 1\.1;[^}]*proxy_pass http:\/\/app-example-com;/],
    [
      "caddy",
      /app\.example\.com \{\s+import \S+\s+import \S+[^}]*route \{\s+# CHANGE[^}]*reverse_proxy/,
    ],
    [
      "traefik",
      /app-example-com:\n[^:]*: Host[^:]*: 10000\n\s+entryPoints:\n\s+- \w+\n\s+service: app-example-com/,
    ],
    [
      "envoy",
      /cluster: app-example-com, timeout: 0s \}\n(?:.*\n){1,4}.*doorward\.ask:\n.*ExtAuthzPerRoute\n\s+disabled: true/,
    ],
    ["haproxy", /backend app-example-com\n(?:\s+#.*\n)*\s+server app /],
  ] as const)("make the app of %s public without protection", (kind, expected) => {
    expect([...filesFor(kind, "unprotected").values()].join("\n")).toMatch(expected);
    expect([...filesFor(kind, "doorward").values()].join("\n")).not.toMatch(expected);
  });
});

describe("a change to a printed file", () => {
  const printed = new Map([["a", "one two one"]]);

  it("replaces every match of an expression", () => {
    const changed = edited(printed, [{ file: "a", printed: /one/, ours: "1" }]);

    expect(changed.get("a")).toBe("1 two 1");
  });

  it.each([
    { file: "a", printed: "one", ours: "" }, // twice
    { file: "a", printed: "three", ours: "" },
    { file: "a", printed: /three/, ours: "" },
    { file: "b", printed: "one", ours: "" },
  ])("throws if $file does not have $printed once", (change) => {
    expect(() => edited(printed, [change])).toThrow(/does not contain/);
  });
});

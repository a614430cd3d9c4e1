import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { ConfigError } from "../../../server/config/faults.ts";
import { loadConfig } from "../../../server/config/load.ts";
import { createSecret } from "../../../server/config/secret.ts";
import { domainToFill } from "../../../server/tools/import/each-host.ts";
import { secretPlaceholder } from "../../../server/tools/import/imported.ts";
import { options } from "../../../server/tools/import/oauth2-proxy-options.ts";
import { idFault } from "../../../server/values/placeholder.ts";
import { imported, least } from "./importing.ts";

const folder = mkdtempSync(join(tmpdir(), "doorward-import-"));
afterAll(() => rmSync(folder, { recursive: true }));

function load(yaml: string) {
  const file = join(folder, "doorward.yaml");
  writeFileSync(file, yaml);
  return loadConfig({ file, environment: {} });
}

const odd = fc.constantFrom(
  "",
  " ",
  "*",
  "a: b",
  "#x",
  "- y",
  "${HOME}",
  "no",
  "null",
  "1e3",
  "'",
  '"',
  "é",
  "\u{1F6AA}",
  "a\nb",
  "../x",
  "https://example.com/x?y=1#z",
  "http://localhost:3000",
  ".example.com",
  "*.example.com",
  "example.com:8080",
  "com",
  "10.0.0.0/8",
  "203.0.113.9",
  "^/a/",
  "GET=^/b(/.*)?$",
  "!=^/c",
  "redis://r:6379/1",
  "rediss://u:p@r",
  "168h",
  "0",
  "15m",
  "true",
  "false",
  "github",
  "oidc",
  "azure",
  "keycloak-oidc",
  "bitbucket",
  "nextcloud",
  "https://id.example.com/realms/x/protocol/openid-connect/auth",
  "unix:///x",
  ":80",
  "redis",
);
const text = fc.oneof(odd, fc.string({ maxLength: 12 }));

const setting = fc.constantFrom(...options.entries()).chain(([name, kind]) => {
  if (kind === "list")
    return fc.array(text, { maxLength: 3 }).map((list) => ({ name, value: list as unknown }));
  if (kind === "switch") return fc.boolean().map((value) => ({ name, value: value as unknown }));
  return text.map((value) => ({ name, value: value as unknown }));
});

/** A note names it, and doorward does not start with it. */
function isToFill({ name, value }: { name: string; value: unknown }): boolean {
  return /^client_(id|secret)$/.test(name) && idFault(String(value)) !== undefined;
}

/** The file with what only the operator knows: a new secret, and a domain if the old file has none. */
function filledIn(yaml: string): string {
  return yaml.replace(secretPlaceholder, createSecret()).replace(domainToFill, "example.com");
}

describe("every import", () => {
  it("gives a file that loads with a secret and an address, or reports problems", () => {
    let files = 0;
    const failed = fc.check(
      fc.property(
        fc.uniqueArray(setting, { selector: ({ name }) => name, maxLength: 8 }),
        (lines) => {
          const own = new Set(lines.map(({ name }) => name));
          const rest = least.filter((one) => !own.has(one.split(" ", 1)[0] ?? ""));
          const written = lines.map(({ name, value }) => `${name} = ${JSON.stringify(value)}`);

          const { yaml, problems } = imported([...rest, ...written]);

          if (yaml === undefined) return problems.length > 0;
          if (lines.some(isToFill)) return true;
          files++;
          load(filledIn(yaml));
          return true;
        },
      ),
      { numRuns: 1_500 },
    );

    expect(failed.failed ? fc.defaultReportMessage(failed) : undefined).toBeUndefined();
    expect(files).toBeGreaterThan(200);
  });

  it("gives a file that loads only with a new secret", () => {
    const { yaml = "" } = imported(least);

    expect(() => load(yaml)).toThrow(ConfigError);
    expect(() => load(yaml)).toThrow(/^\S+ is invalid:\n {2}secret: .*doorward secret.*$/);
  });

  it.each([
    ["no redirect_url", least.filter((line) => !line.startsWith("redirect_url"))],
    ["a redirect_url without a host", least.with(2, 'redirect_url = "/oauth2/callback"')],
    [
      "a redirect domain that is one host",
      [
        ...least.filter((line) => !line.startsWith("redirect_url")),
        'whitelist_domains = ["login.example.net"]',
      ],
    ],
    [
      "a redirect_url without a host, and a public suffix",
      [...least.with(2, 'redirect_url = "/oauth2/callback"'), 'whitelist_domains = [".co.uk"]'],
    ],
  ])("with %s gives a file that loads only with a domain", (_, lines) => {
    const { yaml = "", notes, problems } = imported(lines);

    expect(problems).toEqual([]);
    expect(() => load(yaml.replace(secretPlaceholder, createSecret()))).toThrow(
      /^\S+ is invalid:\n {2}hosts\.0: "<the domain .*" is not a host name: .*$/,
    );
    expect(load(filledIn(yaml)).url).toBe("https://{host}/oauth2");
    expect(notes.join("\n")).toMatch(
      /^to do: redirect_url: .* doorward does not start until then/m,
    );
  });

  it.each<[string, string[], Record<string, unknown>]>([
    [
      "the widest cookie domain",
      [
        'cookie_domains = ["sub.example.org", ".example.org"]',
        'whitelist_domains = [".example.net"]',
      ],
      { url: "https://{host}/oauth2", hosts: ["example.org"], cookie: { domain: "example.org" } },
    ],
    [
      "the redirect domains, without what is under another, and without single hosts",
      [
        'whitelist_domains = [".example.com", "*.Example.org:8443", ".app.example.com:*", "id.example.net", "-"]',
      ],
      { url: "https://{host}/oauth2", hosts: ["example.com", "example.org"], cookie: {} },
    ],
    [
      "each of several cookie domains",
      ['cookie_domains = ["example.org", ".example.com"]'],
      {
        sites: ["example.org", "example.com"].map((domain) => ({
          url: "https://{host}/oauth2",
          hosts: [domain],
          cookie: { domain },
        })),
      },
    ],
    [
      "this machine, over http",
      ['whitelist_domains = [".localhost:3000"]'],
      { url: "http://{host}/oauth2", hosts: ["localhost"] },
    ],
    [
      "the path of a redirect_url without a host",
      ['redirect_url = "/gate/callback"', 'cookie_domains = "example.com"'],
      { url: "https://{host}/gate", hosts: ["example.com"] },
    ],
  ])("without an address gives a site at the host of each request, for %s", (_, lines, site) => {
    const bare = least.filter((line) => !line.startsWith("redirect_url"));

    const { yaml = "", notes, problems } = imported([...bare, ...lines]);

    expect(problems).toEqual([]);
    expect(load(filledIn(yaml))).toMatchObject(site);
    expect(notes.join("\n")).toMatch(/^to do: redirect_url: .* add other domains of your apps/m);
  });
});

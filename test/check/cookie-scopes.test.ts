import { describe, expect, it } from "vitest";
import { lines, troubles } from "../peers/findings.ts";

const domain = { cookie: { domain: "example.com" } };
const open = { url: "https://{host}/_auth", hosts: ["example.com"] };
const denied = "is outside the scope of every session cookie, so all requests to it are denied";

function guarding(host: string, rule: object = { allow: "signed-in" }) {
  return {
    rules: [
      { path: "/**", deny: true },
      { host, ...rule },
    ],
  };
}

it("a site with `hosts` is reported with the reach of its cookie", async () => {
  const own = await lines(open);
  const shared = await lines({ ...open, ...domain });

  const hosts = "; {host}: example.com and every host under it";
  const of = "ok cookie of https://{host}/_auth: reaches";
  expect(own).toContain(`${of} the host of its sign-in only${hosts}`);
  expect(shared).toContain(`${of} example.com and every host under it${hosts}`);
});

describe("a host of a rule", () => {
  it.each<[string, Record<string, unknown>, string]>([
    [
      "is outside every cookie's domain",
      { ...domain, ...guarding("app.example.org") },
      `fault rules.1.host: "app.example.org" ${denied}: add a site for the host to \`sites\``,
    ],
    [
      "is next to a site whose cookie is for its own host only",
      guarding("app.example.com:8443"),
      `fault rules.1.host: "app.example.com:8443" ${denied}: set cookie.domain of https://auth.example.com/ to example.com, or add a site for the host`,
    ],
    [
      "is public, but outside every cookie's domain",
      { ...domain, ...guarding("app.example.org", { allow: "public" }) },
      denied,
    ],
    [
      "matches only hosts that no cookie reaches",
      { ...domain, ...guarding("*.example.org") },
      `fault rules.1.host: "*.example.org" ${denied}`,
    ],
    [
      "matches more hosts than the cookie reaches",
      guarding("*.example.com"),
      'warning rules.1.host: "*.example.com" is only partly in the scope of the cookie of https://auth.example.com/, so requests to its other hosts are denied: set cookie.domain of https://auth.example.com/ to example.com',
    ],
    [
      "is a parent of the site's host",
      { url: "https://auth.app.example.com", ...guarding("app.example.com") },
      `${denied}: set cookie.domain of https://auth.app.example.com/ to example.com`,
    ],
    [
      "shares only a public suffix with the site",
      { url: "https://auth.github.io", ...guarding("app.github.io") },
      `${denied}: add a site for the host to \`sites\``,
    ],
    [
      "is outside of `hosts`",
      { ...open, ...guarding("app.example.org") },
      `${denied}: add a site for the host to \`sites\``,
    ],
    [
      "is next to the hosts in `hosts`",
      { ...open, hosts: ["apps.example.com"], ...guarding("app.example.com") },
      `${denied}: add it to hosts of https://{host}/_auth, or add a site for the host`,
    ],
    [
      "matches more hosts than `hosts` has",
      { ...open, hosts: ["apps.example.com"], ...guarding("*.example.com") },
      "is only partly in the scope of the cookie of https://{host}/_auth",
    ],
    [
      "is protected on plain http",
      { ...domain, ...guarding("app.example.com:80") },
      'warning rules.1.host: "app.example.com:80" uses plain http, where browsers do not send the cookie of https://auth.example.com/: let the proxy redirect port 80 to https',
    ],
  ])("that %s is reported with the fix", async (_, settings, line) => {
    const found = await troubles(settings);

    expect(found).toEqual([expect.stringContaining(line)]);
  });

  it.each<[string, Record<string, unknown>]>([
    ["the site's own", guarding("auth.example.com")],
    ["under the cookie's domain", { ...domain, ...guarding("app.example.com:8443") }],
    ["under `hosts`", { ...open, ...guarding("app.example.com:8443") }],
    ["a wildcard under `hosts`", { ...open, ...guarding("*.example.com") }],
    ["a wildcard under the cookie's domain", { ...domain, ...guarding("*.example.com") }],
    [
      "another site's",
      {
        url: undefined,
        sites: [{ url: "https://auth.example.com" }, { url: "https://app.example.org/_auth" }],
        ...guarding("app.example.org"),
      },
    ],
    ["public on plain http", { ...domain, ...guarding("app.example.com:80", { allow: "public" }) }],
    [
      "localhost on plain http, like its site",
      { url: "http://localhost:4180", ...guarding("localhost:80") },
    ],
  ])("that is %s is ok", async (_, settings) => {
    expect(await troubles(settings)).toEqual([]);
  });
});

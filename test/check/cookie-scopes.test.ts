import { describe, expect, it } from "vitest";
import { troubles } from "../peers/findings.ts";

const domain = { cookie: { domain: "example.com" } };
const denied = "is beyond the reach of every cookie, so all requests to it are denied";

function guarding(host: string, rule: object = { allow: "signed-in" }) {
  return {
    rules: [
      { path: "/**", deny: true },
      { host, ...rule },
    ],
  };
}

describe("a host of a rule", () => {
  it.each<[string, Record<string, unknown>, string]>([
    [
      "is beneath no cookie's domain",
      { ...domain, ...guarding("app.example.org") },
      `fault rules.1.host: "app.example.org" ${denied}: give the host a site of its own in \`sites\``,
    ],
    [
      "is beside a site whose cookie is its host's alone",
      guarding("app.example.com:8443"),
      `fault rules.1.host: "app.example.com:8443" ${denied}: write example.com as cookie.domain of https://auth.example.com/, or give the host a site`,
    ],
    [
      "is public, which needs the reach all the same",
      { ...domain, ...guarding("app.example.org", { allow: "public" }) },
      denied,
    ],
    [
      "stands for hosts that no cookie reaches",
      { ...domain, ...guarding("*.example.org") },
      `fault rules.1.host: "*.example.org" ${denied}`,
    ],
    [
      "stands for more hosts than the cookie reaches",
      guarding("*.example.com"),
      'warning rules.1.host: "*.example.com" is only in part within reach of the cookie of https://auth.example.com/, and its other hosts are denied: write example.com as cookie.domain',
    ],
    [
      "is above the site's own",
      { url: "https://auth.app.example.com", ...guarding("app.example.com") },
      `${denied}: write example.com as cookie.domain of https://auth.app.example.com/`,
    ],
    [
      "is that of a neighbour beneath a suffix of strangers",
      { url: "https://auth.github.io", ...guarding("app.github.io") },
      `${denied}: give the host a site of its own in \`sites\``,
    ],
    [
      "is guarded on plain http",
      { ...domain, ...guarding("app.example.com:80") },
      'warning rules.1.host: "app.example.com:80" is plain http, where browsers do not send the cookie of https://auth.example.com/: let the proxy redirect port 80 to https',
    ],
  ])("that %s is named, with the mend", async (_, settings, line) => {
    const found = await troubles(settings);

    expect(found).toEqual([expect.stringContaining(line)]);
  });

  it.each<[string, Record<string, unknown>]>([
    ["the site's own", guarding("auth.example.com")],
    ["beneath the cookie's domain", { ...domain, ...guarding("app.example.com:8443") }],
    ["everything beneath the cookie's domain", { ...domain, ...guarding("*.example.com") }],
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
      "on this machine, whose site is http too",
      { url: "http://localhost:4180", ...guarding("localhost:80") },
    ],
  ])("that is %s is no fault", async (_, settings) => {
    expect(await troubles(settings)).toEqual([]);
  });
});

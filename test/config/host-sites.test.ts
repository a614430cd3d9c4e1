import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSiteFinder } from "../../server/config/site-finder.ts";
import { createSites } from "../../server/config/sites.ts";
import { configOf } from "../peers/doorward.ts";

const settings = {
  url: "https://{host}/_auth",
  hosts: ["example.com", "apps.example.org"],
  providers: { google: { clientId: "x" } },
  access: { anyone: true },
};

function finderOf(changed: Record<string, unknown> = {}) {
  return createSiteFinder(createSites(configOf({ ...settings, ...changed })));
}

/** A plain reading of "equals or is under one of the hosts". */
function isUnder(hostname: string, hosts: readonly string[]): boolean {
  return hosts.some((host) => {
    const labels = hostname.split(".");
    return labels.some((_, index) => labels.slice(index).join(".") === host);
  });
}

const hostname = fc
  .tuple(
    fc.array(fc.constantFrom("a", "b-c", "x1", "apps", "example", "com", "org"), { maxLength: 4 }),
    fc.constantFrom("example.com", "apps.example.org", "example.org", "com", "notexample.com"),
  )
  .map(([labels, end]) => [...labels, end].join("."));

describe("a site with `hosts`", () => {
  it("has the host of the request, with and without an own port", () => {
    const at = (url: string) => finderOf({ url })("app.example.com");

    expect(at("https://{host}/_auth")?.redirectUri()).toBe(
      "https://app.example.com/_auth/callback",
    );
    expect(at("https://{host}:8443/_auth")?.redirectUri("google")).toBe(
      "https://app.example.com:8443/_auth/callback/google",
    );
    expect(at("https://{host}:443/a/b/")?.address("start")).toBe(
      "https://app.example.com/a/b/start",
    );
    expect(at("https://{host}")?.id).toBe("https://app.example.com/");
  });

  it("has the port of the request, unless `url` has one", () => {
    const at = (url: string) => finderOf({ url })("app.example.com", "app.example.com:9443");

    expect(at("https://{host}/_auth")?.url.href).toBe("https://app.example.com:9443/_auth");
    expect(at("https://{host}/_auth")?.id).toBe("https://app.example.com/_auth");
    expect(at("https://{host}:8443/_auth")?.url.href).toBe("https://app.example.com:8443/_auth");
    expect(at("https://{host}:8443/_auth")?.id).toBe("https://app.example.com:8443/_auth");
  });

  it("takes localhost over plain http", () => {
    const siteOf = finderOf({ url: "http://{host}:8080/_auth", hosts: "localhost" });

    expect(siteOf("app.localhost")?.address("start")).toBe("http://app.localhost:8080/_auth/start");
    expect(siteOf("app.localhost")?.secure).toBe(false);
  });

  it("reads hosts in capitals, and each once", () => {
    const siteOf = finderOf({ hosts: ["EXAMPLE.com", "example.com"] });

    expect(siteOf("app.example.com")?.url.host).toBe("app.example.com");
  });

  it("is there for exactly the hosts that equal or are under one of `hosts`", () => {
    const siteOf = finderOf();
    fc.assert(
      fc.property(hostname, (host) => {
        const site = siteOf(host);

        expect(site !== undefined).toBe(isUnder(host, settings.hosts));
        if (site === undefined) return;
        expect(site.url.href).toBe(`https://${host}/_auth`);
        expect(site.id).toBe(site.url.href);
        expect(new URL(site.redirectUri()).origin).toBe(`https://${host}`);
        expect(site.sessionCookieName).toMatch(/^__Host-doorward-/);
      }),
      { numRuns: 1_000 },
    );
  });

  it("reaches only its own host with its cookie", () => {
    const site = finderOf()("app.example.com");

    expect(site?.covers("app.example.com")).toBe(true);
    expect(site?.covers("wiki.example.com")).toBe(false);
    expect(site?.covers("x.app.example.com")).toBe(false);
    expect(site?.covers("example.com")).toBe(false);
  });

  it("shares its sessions between the hosts of a cookie's domain, and with no other entry", () => {
    const sites = ["com", "net"].map((end) => ({
      url: settings.url,
      hosts: [`example.${end}`],
      cookie: { domain: `example.${end}` },
    }));
    const siteOf = finderOf({ url: undefined, hosts: undefined, sites });
    const idOf = (host: string) => siteOf(host)?.id;

    expect(idOf("app.example.com")).toBe(idOf("wiki.example.com"));
    expect(idOf("app.example.com")).not.toBe(idOf("app.example.net"));
    expect(siteOf("app.example.com")?.sessionCookieName).toMatch(/^__Secure-doorward-/);
    expect(siteOf("app.example.com")?.covers("wiki.example.com")).toBe(true);
  });

  it("shares no cookie with an instance that has other hosts of the same domain", () => {
    const nameOf = (hosts: string[], cookie = { domain: "example.com" }) =>
      finderOf({ hosts, cookie })(hosts[0] ?? "")?.sessionCookieName;

    expect(nameOf(["a.example.com"])).not.toBe(nameOf(["b.example.com"]));
    expect(nameOf(["a.example.com", "c.example.com"])).toBe(
      nameOf(["c.example.com", "a.example.com"]),
    );
  });

  it.each([
    ["one host", "auth.example.com", "https://auth.example.com/"],
    ["a domain under the hosts", "x.dev.example.com", "https://dev.example.com/"],
    ["hosts under the hosts", "x.apps.example.com", "https://x.apps.example.com/own"],
    ["any other host", "x.example.com", "https://x.example.com/_auth"],
  ])("leaves to another site what is narrower: %s", (_, host, url) => {
    const sites = [
      { url: settings.url, hosts: settings.hosts },
      { url: "https://auth.example.com" },
      { url: "https://dev.example.com", cookie: { domain: "dev.example.com" } },
      { url: "https://{host}/own", hosts: ["apps.example.com"] },
    ];
    for (const order of [sites, sites.toReversed()])
      expect(finderOf({ url: undefined, hosts: undefined, sites: order })(host)?.url.href).toBe(
        url,
      );
  });
});

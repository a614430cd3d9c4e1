import * as fc from "fast-check";
import { expect, it } from "vitest";
import { createSiteFinder } from "../../server/config/site-finder.ts";
import { createSite, type Site } from "../../server/config/site.ts";

const hosts = ["a.com", "b.a.com", "c.b.a.com", "d.com", "e.d.com", "f.org", "[::1]"];
const settings = fc
  .record({ host: fc.constantFrom(...hosts), isWide: fc.boolean() })
  .map(({ host, isWide }) => ({
    url: `https://${host}`,
    cookie: { domain: isWide && !host.startsWith("[") ? host : undefined },
  }));

/** RFC 6265 §5.4 in the plainest form: of the sites that cover a host, the one with the narrowest scope. */
function expected(sites: readonly Site[], hostname: string): Site | undefined {
  const scope = ({ cookieDomain, url }: Site) => (cookieDomain ?? url.hostname).length;
  const covering = sites.filter((site) => site.covers(hostname));
  const narrowest = covering.filter((site) => scope(site) === Math.max(...covering.map(scope)));
  return narrowest.find(({ cookieDomain }) => cookieDomain === undefined) ?? narrowest[0];
}

it("a host belongs to the site with the narrowest cookie scope, among few sites and among many", () => {
  const count = { minLength: 1, maxLength: 12 };
  fc.assert(
    fc.property(fc.array(settings, count), fc.constantFrom(...hosts), (written, host) => {
      const sites = written.map((one) =>
        createSite({ access: undefined, providers: undefined, ...one }),
      );
      const siteOf = createSiteFinder(sites);

      for (const hostname of [host, `x.${host}`, `xx${host}`])
        expect(siteOf(hostname)).toBe(expected(sites, hostname));
    }),
    { numRuns: 2_000 },
  );
});

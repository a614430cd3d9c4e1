import * as fc from "fast-check";
import { headerNameFault } from "../../../server/policy/header-map.ts";
import type { Config } from "../../../server/config/schema.ts";
import { identityHeaderFault } from "../../../server/tools/proxies/grammar.ts";
import { configOf } from "../../peers/doorward.ts";

/** Up to 63 letters, digits and hyphens. Without two hyphens in a row, which mark punycode. */
const label = fc
  .stringMatching(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/)
  .filter((text) => !text.includes("--"));
const port = fc.integer({ min: 1024, max: 65_535 });
const segment = fc.stringMatching(/^[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,20}$/);
const base = fc
  .array(segment, { minLength: 1, maxLength: 3 })
  .map((parts) => `/${parts.join("/")}`);

const pattern = fc.record({
  labels: fc.array(label, { minLength: 1, maxLength: 2 }),
  isWildcard: fc.boolean(),
  port: fc.option(port),
});
const site = fc.record({
  label,
  base: fc.option(base),
  port: fc.option(port),
  patterns: fc.array(pattern, { maxLength: 3 }),
  /** Whether the site has the host of each request. */
  takesHost: fc.boolean(),
});

const usualNames = ["Remote-User", "X-WEBAUTH-USER", "X-Forwarded-User", "Authorization", "x-user"];
const headerName = fc.oneof(
  fc.constantFrom(...usualNames),
  fc
    .stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,99}$/)
    .filter((name) => (headerNameFault(name) ?? identityHeaderFault(name)) === undefined),
);
const headers = fc
  .uniqueArray(headerName, { minLength: 1, maxLength: 6, selector: (name) => name.toLowerCase() })
  .map((names) => Object.fromEntries(names.map((name) => [name, "email"])));

const listen = fc.record({
  host: fc.constantFrom("127.0.0.1", "::1", "0.0.0.0", "::", "localhost", "10.1.2.3"),
  port,
});

const settings = fc.record({
  sites: fc.array(site, { minLength: 1, maxLength: 4 }),
  onThisMachine: fc.option(fc.record({ port, base })),
  headers,
  listen,
});
type Settings = typeof settings extends fc.Arbitrary<infer Value> ? Value : never;

function toConfig({ sites, onThisMachine, headers: names, listen: own }: Settings): Config {
  const written = sites.map((one, index) => {
    const domain = `${one.label}.site${index}.example`;
    const takesHost = one.takesHost && one.base !== null;
    const name = takesHost ? "{host}" : `door.${domain}`;
    const url = `https://${name}${one.port === null ? "" : `:${one.port}`}${one.base ?? ""}`;
    const host = one.patterns.map(({ labels, isWildcard, port: other }) => {
      const named = [...(isWildcard ? ["*"] : []), ...labels, domain].join(".");
      return other === null ? named : `${named}:${other}`;
    });
    const reach = takesHost ? { hosts: [domain] } : { cookie: { domain } };
    return { site: { url, ...reach }, rule: { host, allow: "signed-in" } };
  });
  const local =
    onThisMachine === null
      ? []
      : [{ url: `http://localhost:${onThisMachine.port}${onThisMachine.base}` }];
  return configOf({
    sites: [...written.map((one) => one.site), ...local],
    rules: written.map(({ rule }) => rule).filter(({ host }) => host.length > 0),
    headers: names,
    listen: own,
    providers: { company: { type: "oidc", issuer: "https://id.example.com", clientId: "door" } },
    access: { anyone: true },
  });
}

/** Names of the maximum length in DNS, URLs and HTTP, for which a program's hash tables are too small by default. */
const longest: Settings = {
  sites: [
    {
      label: "l".repeat(63),
      base: `/${"b".repeat(60)}`,
      port: 65_535,
      patterns: [{ labels: ["m".repeat(63), "n".repeat(63)], isWildcard: false, port: 1 }],
      takesHost: false,
    },
  ],
  onThisMachine: null,
  headers: { [`X-${"h".repeat(98)}`]: "email" },
  listen: { host: "127.0.0.1", port: 65_535 },
};

/** Twenty configurations with odd hosts, ports, mounts and header names, from a fixed seed. */
export const oddConfigs: readonly Config[] = [
  longest,
  ...fc.sample(settings, { numRuns: 19, seed: 20_261_122 }),
].map(toConfig);

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { explain, explanationLines } from "../../../server/tools/policy/explain.ts";
import { compareConfigs } from "../../../server/tools/diff/report.ts";
import type { Config } from "../../../server/config/schema.ts";
import { navigation, send } from "../../peers/browser.ts";
import { configOf, startDoorward, type TestDoorward } from "../../peers/doorward.ts";
import { tested } from "../cases/cases.ts";

const perHost = { url: "https://auth.example.com", session: { perHost: true } };
const mounted = { url: "https://{host}/_auth" };

const configWith = (site: Record<string, unknown>, rules: readonly object[]) =>
  configOf({
    ...site,
    hosts: ["example.com", "example.org"],
    providers: { company: { type: "oidc", issuer: "https://id.example.com", clientId: "door" } },
    access: { domains: ["example.com"] },
    trustedProxies: ["127.0.0.1"],
    rules,
  });

const rules = [
  { host: "app.example.com", path: "/public/**", allow: "public" },
  { host: "wiki.example.com:8443", allow: { groups: ["wiki"] } },
];
const noPort =
  "no sign-in can lead to this URL: neither a rule nor allowedRedirects names its port";

/** A visitor who is not signed in. With a site at each host, the browser is at the site's own port already. */
const verdicts: readonly [string, string, string][] = [
  ["https://app.example.com/public/x", "allow", "allow"],
  ["https://app.example.com/", "challenge", "challenge"],
  ["https://app.example.org/", "challenge", "challenge"],
  ["https://app.example.net/", "deny", "deny"],
  ["http://app.example.com/", "deny", "deny"],
  ["https://app.example.com:9443/", "deny", "challenge"],
  ["https://wiki.example.com/", "challenge", "challenge"],
  ["https://wiki.example.com:8443/", "challenge", "challenge"],
  ["https://wiki.example.com:9443/", "deny", "challenge"],
];

describe.each([
  { name: "session.perHost", site: perHost, column: 1 },
  { name: "a site at each host", site: mounted, column: 2 },
] as const)("with $name", ({ site, column }) => {
  const config = configWith(site, rules);
  let doorward: TestDoorward;
  beforeAll(async () => {
    doorward = await startDoorward(config);
  });
  afterAll(() => doorward.close());

  it.each(verdicts)("test, explain and /verify decide alike about %s", async (...row) => {
    const [url] = row;
    const expected = row[column];
    const { protocol, host, pathname } = new URL(url);
    const forwarded = {
      "X-Forwarded-Method": "GET",
      "X-Forwarded-Proto": protocol.slice(0, -1),
      "X-Forwarded-Host": host,
      "X-Forwarded-Uri": pathname,
    };
    const path = site === mounted ? "/_auth/verify" : "/verify";
    const answer = await send(`http://127.0.0.1:${doorward.port}${path}`, new Map(), {
      headers: { ...navigation, ...forwarded },
    });
    const text = `cases: [{ url: "${url}", expect: ${expected} }]`;

    expect(await tested(text, undefined, undefined, config)).toEqual({
      lines: ["1 case, all as expected"],
      isPassed: true,
    });
    expect(explanationLines(await explain(config, url, {}, 0)).at(-1)).toMatch(
      new RegExp(`^${expected}\\b`),
    );
    expect(answer.status).toBe({ allow: 200, challenge: 302, deny: 403 }[expected]);
  });

  it("diff shows that a rule for a host becomes one for a port of it", () => {
    const old = configWith(site, [{ host: "wiki.example.com", allow: { groups: ["wiki"] } }]);
    const later = configWith(site, [
      { host: "wiki.example.com:8443", allow: { groups: ["wiki"] } },
    ]);

    const { lines } = compareConfigs({ old, new: later }, { old: ".", new: "." }, 0);
    const change = lines.indexOf(
      "OPENED deny -> allow (old: access, identity not listed in allow/access; new: rules.0)",
    );

    expect(change).not.toBe(-1);
    expect(lines.slice(change, change + 3)).toEqual([
      expect.anything(),
      '     who   group "wiki"',
      "     where https://wiki.example.com:8443/**",
    ]);
    expect(lines).toContain("     where https://wiki.example.com/**");
  });

  it("diff shows a host that no longer has a site", () => {
    const old = configWith(site, rules);
    const later = { ...old, hosts: ["example.com"] };

    const { lines } = compareConfigs({ old, new: later }, { old: ".", new: "." }, 0);

    expect(lines.join("\n")).toContain("where https://example.org/**");
    expect(lines.join("\n")).toMatch(/^SETTING hosts/m);
  });
});

it("with session.perHost, a port needs a rule that names it: explain and diff show that", async () => {
  const old = configWith(perHost, []);
  const later = configWith(perHost, [{ host: "wiki.example.com:8443", allow: "signed-in" }]);
  const decisions = async (config: Config) =>
    explanationLines(await explain(config, "https://wiki.example.com:8443/", {}, 0)).at(-1);

  const { lines } = compareConfigs({ old, new: later }, { old: ".", new: "." }, 0);

  expect(await decisions(old)).toBe(`deny by access: ${noPort}`);
  expect(await decisions(later)).toBe("challenge by rules.0");
  const change = lines.indexOf(`OTHER  deny -> challenge (old: access, ${noPort}; new: rules.0)`);
  expect(lines.slice(change + 1, change + 3)).toEqual([
    "     who   anyone who is not signed in",
    "     where https://wiki.example.com:8443/**",
  ]);
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startIssuer, type Issuer } from "../../../demo/issuer.ts";
import { Browser, navigation } from "../../peers/browser.ts";
import { configOf, startDoorward } from "../../peers/doorward.ts";
import { freePort } from "../../peers/free-port.ts";
import { oauth2ProxyConfig, startOAuth2Proxy } from "../../peers/oauth2-proxy.ts";
import { imported } from "../../tools/import/importing.ts";
import { optionSets } from "../../tools/import/option-sets.ts";

const client = { clientId: "door", clientSecret: "a secret of the door" };
const account = (id: string, groups: string[], email = `${id}@example.com`, isVerified = true) => ({
  id,
  claims: { email, email_verified: isVerified, groups, name: id, preferred_username: id },
});
const accounts = [
  account("ada", ["ops", "staff"]),
  account("bob", ["staff"]),
  account("eve", ["ops"], "eve@elsewhere.example"),
  account("sub", ["ops"], "sub@mail.example.com"),
  account("new", ["ops"], "new@example.com", false),
];
const visitor = "a visitor";
const requests = [
  ["GET", "/"],
  ["GET", "/public/a"],
  ["GET", "/publicity"],
  ["GET", "/public/../x"],
  ["GET", "/docs"],
  ["GET", "/docs/"],
  ["GET", "/docs/deep/page"],
  ["GET", "/x?redirect=/public/a"],
  ["POST", "/public/a"],
] as const;

let issuer: Issuer;
let ports: { old: number; ours: number };

beforeAll(async () => {
  ports = { old: await freePort(), ours: await freePort() };
  issuer = await startIssuer({
    accounts,
    ...client,
    redirectUris: Object.values(ports).map((port) => `http://localhost:${port}/oauth2/callback`),
    configuration: { conformIdTokenClaims: false },
  });
});

afterAll(() => issuer.close());

/** The same configuration for either program: only the port differs. */
function configurationOf(lines: readonly string[], port: number): string {
  return oauth2ProxyConfig(issuer.issuer, client, port, [
    `redirect_url = "http://localhost:${port}/oauth2/callback"`,
    "skip_provider_button = true",
    "reverse_proxy = true",
    ...lines,
  ]);
}

/** Every request that passes, of every account and of a visitor without a session, by the auth endpoint of a program. */
async function admitted(newBrowser: () => Browser, port: number, auth: string): Promise<string[]> {
  const [host, site] = [`localhost:${port}`, `http://localhost:${port}/oauth2`];
  const passed: string[] = [];
  for (const who of [visitor, ...accounts.map(({ id }) => id)]) {
    const browser = newBrowser();
    if (who !== visitor) await browser.signIn(`${site}/start?rd=%2F`, who);
    for (const [method, path] of requests) {
      const headers = {
        ...navigation,
        "X-Forwarded-Method": method,
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Host": host,
        "X-Forwarded-Uri": path,
      };
      // oauth2-proxy ignores X-Forwarded-Method: its rules see the method of the request itself.
      const { status } = await browser.ask(`${site}/${auth}`, { method, headers });
      if (status >= 200 && status < 300) passed.push(`${who}: ${method} ${path}`);
    }
  }
  return passed;
}

async function admittedByOld(lines: readonly string[]): Promise<string[]> {
  const { stop } = await startOAuth2Proxy(configurationOf(lines, ports.old), ports.old);
  try {
    return await admitted(() => new Browser(), ports.old, "auth");
  } finally {
    await stop();
  }
}

async function admittedByOurs(lines: readonly string[]): Promise<string[]> {
  const { config, problems } = imported(configurationOf(lines, ports.ours));
  if (config === undefined) throw new Error(problems.join("\n"));
  const { secret: _, ...settings } = config;
  const doorward = await startDoorward(configOf(settings));
  const local = new Map([[`localhost:${ports.ours}`, doorward.port]]);
  try {
    return await admitted(() => new Browser(local), ports.ours, "verify");
  } finally {
    await doorward.close();
  }
}

describe("a configuration of the real oauth2-proxy", () => {
  it.each([
    [['email_domains = "example.com"']],
    [['email_domains = "*"']],
    [['email_domains = "*"', 'allowed_groups = ["ops"]']],
    [['email_domains = "elsewhere.example, example.com"']],
    [['email_domains = "*"', 'allowed_groups = "staff, ops"']],
    [['email_domains = "example.com"', 'skip_auth_routes = "GET=^/docs/, GET=^/public/"']],
    [['email_domains = ".example.com"']],
    [['email_domains = ["elsewhere.example", "example.com"]', 'allowed_groups = ["ops"]']],
    [['email_domains = "example.com"', 'skip_auth_routes = ["GET=^/public/", "^/docs/"]']],
    [['email_domains = "example.com"', 'skip_auth_routes = ["^/docs$", "^/public/a$"]']],
    [['email_domains = "example.com"', 'skip_auth_routes = ["^/docs/$"]']],
    [['email_domains = "example.com"', 'skip_auth_routes = ["POST=^/public/a/?$"]']],
  ])("admits the same accounts and requests after the import: %j", async (lines) => {
    const old = await admittedByOld(lines);

    expect(old.length).toBeGreaterThan(0);
    expect(await admittedByOurs(lines)).toEqual(old);
  });

  it.each(optionSets.filter(({ isParticular }) => isParticular !== true))(
    "admits whom its documentation promises, and so does the import: $name",
    async ({ options, admitted: promised }) => {
      const lines = Object.entries(options).map(
        ([name, value]) => `${name} = ${JSON.stringify(value)}`,
      );
      const old = await admittedByOld(lines);

      const everywhere = accounts.filter(({ id }) => old.includes(`${id}: GET /`));
      expect(everywhere.map(({ id }) => id)).toEqual(promised);
      expect(await admittedByOurs(lines)).toEqual(old);
    },
  );
});

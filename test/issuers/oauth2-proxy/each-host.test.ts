import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startIssuer, type Issuer } from "../../../demo/issuer.ts";
import { Browser, navigation } from "../../peers/browser.ts";
import { configOf, startDoorward } from "../../peers/doorward.ts";
import { freePort } from "../../peers/free-port.ts";
import { oauth2ProxyConfig, startOAuth2Proxy } from "../../peers/oauth2-proxy.ts";
import { imported } from "../../tools/import/importing.ts";

const client = { clientId: "door", clientSecret: "a secret of the door" };
const [app, wiki] = ["http://app.own.localhost", "http://wiki.own.localhost"];
const accounts = [{ id: "ada", claims: { email: "ada@example.com", email_verified: true } }];

let issuer: Issuer;

beforeAll(async () => {
  issuer = await startIssuer({
    accounts,
    ...client,
    redirectUris: [app, wiki].map((host) => `${host}/oauth2/callback`),
    configuration: { conformIdTokenClaims: false },
  });
});
afterAll(() => issuer.close());

/** A configuration without `redirect_url`, as in the Helm chart's default. */
function configurationOf(lines: readonly string[], port: number): string {
  return oauth2ProxyConfig(issuer.issuer, client, port, [
    'email_domains = "example.com"',
    "skip_provider_button = true",
    ...lines,
  ]);
}

/** A sign-in at one host, and what the auth endpoint of each host then says of the browser, and of its cookies. */
async function journey(port: number): Promise<unknown> {
  const ports = new Map([app, wiki].map((host) => [`${new URL(host).hostname}:80`, port]));
  const browser = new Browser(ports);
  const start = await browser.ask(`${app}/oauth2/start?rd=%2Fpage`, { headers: navigation });
  const redirectUri = new URL(String(start.headers.location)).searchParams.get("redirect_uri");
  const end = await browser.signIn(`${app}/oauth2/start?rd=%2Fpage`, "ada");
  const asked = async (host: string, one: Browser) =>
    (await one.ask(`${host}/oauth2/auth`, { headers: navigation })).status;
  const before = [
    await asked(app, browser),
    await asked(wiki, browser),
    await asked(app, new Browser(ports)),
  ];
  await browser.signIn(`${wiki}/oauth2/start?rd=%2F`, "ada");
  const after = [await asked(app, browser), await asked(wiki, browser)];
  return { redirectUri, end: end.url, before, after };
}

async function journeyOfOld(lines: readonly string[]): Promise<unknown> {
  const port = await freePort();
  const { stop } = await startOAuth2Proxy(configurationOf(lines, port), port);
  try {
    return await journey(port);
  } finally {
    await stop();
  }
}

async function journeyOfOurs(lines: readonly string[]): Promise<unknown> {
  const { config, problems } = imported(configurationOf(lines, 4180));
  if (config === undefined) throw new Error(problems.join("\n"));
  const { secret: _, ...settings } = config;
  const doorward = await startDoorward(configOf(settings));
  try {
    return await journey(doorward.port);
  } finally {
    await doorward.close();
  }
}

describe("a configuration of the real oauth2-proxy without a redirect_url", () => {
  it.each([
    ["signs in at each host", ['whitelist_domains = [".own.localhost"]'], [202, 401, 401]],
    [
      "shares the session of a cookie domain",
      ['cookie_domains = [".own.localhost"]', 'whitelist_domains = [".own.localhost"]'],
      [202, 202, 401],
    ],
  ])("%s, and so does the import", async (_, lines, before) => {
    const old = await journeyOfOld(lines);

    expect(old).toEqual({
      redirectUri: `${app}/oauth2/callback`,
      end: `${app}/page`,
      before,
      after: [202, 202],
    });
    expect(await journeyOfOurs(lines)).toEqual(old);
  });
});

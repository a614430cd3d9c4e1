import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startIssuer, type Issuer } from "../../../demo/issuer.ts";
import { Browser, navigation, type HttpResponse } from "../../peers/browser.ts";
import { configOf, startDoorward } from "../../peers/doorward.ts";
import { freePort } from "../../peers/free-port.ts";
import { oauth2ProxyConfig, startOAuth2Proxy } from "../../peers/oauth2-proxy.ts";
import { imported } from "../../tools/import/importing.ts";

const client = { clientId: "door", clientSecret: "a secret of the door" };
const ada = {
  id: "ada",
  claims: {
    email: "ada@example.com",
    email_verified: true,
    groups: ["ops", "staff"],
    name: "Ada",
    preferred_username: "ada.l",
  },
};

let issuer: Issuer;
let ports: { old: number; ours: number };

beforeAll(async () => {
  ports = { old: await freePort(), ours: await freePort() };
  issuer = await startIssuer({
    accounts: [ada],
    ...client,
    redirectUris: Object.values(ports).map((port) => `http://localhost:${port}/oauth2/callback`),
    configuration: { conformIdTokenClaims: false },
  });
});
afterAll(() => issuer.close());

/** The same configuration for either program: only the port differs. */
function configurationOf(port: number, lines: readonly string[]): string {
  return oauth2ProxyConfig(issuer.issuer, client, port, [
    `redirect_url = "http://localhost:${port}/oauth2/callback"`,
    'email_domains = "example.com"',
    `whitelist_domains = "${new URL(issuer.issuer).host}"`,
    "reverse_proxy = true",
    ...lines,
  ]);
}

type Ask = (path: string, headers?: Record<string, string>) => Promise<HttpResponse>;

/** Calls `work` with requests of a signed-in browser and of another one. */
type Run = <Result>(work: (signedIn: Ask, other: Ask) => Promise<Result>) => Promise<Result>;

async function askedBy<Result>(
  newBrowser: () => Browser,
  port: number,
  work: (signedIn: Ask, other: Ask) => Promise<Result>,
): Promise<Result> {
  const origin = `http://localhost:${port}`;
  const asks =
    (browser: Browser): Ask =>
    (path, headers = {}) =>
      browser.ask(origin + path, { headers });
  const browser = newBrowser();
  await browser.signIn(`${origin}/oauth2/start?rd=%2F`, ada.id);
  return work(asks(browser), asks(newBrowser()));
}

function old(...lines: readonly string[]): Run {
  return async (work) => {
    const config = configurationOf(ports.old, lines);
    const { stop } = await startOAuth2Proxy(config, ports.old);
    return askedBy(() => new Browser(), ports.old, work).finally(stop);
  };
}

function ours(...lines: readonly string[]): Run {
  return async (work) => {
    const { config, problems } = imported(configurationOf(ports.ours, lines));
    if (config === undefined) throw new Error(problems.join("\n"));
    const { secret: _, ...settings } = config;
    const doorward = await startDoorward(configOf(settings));
    const local = new Map([[`localhost:${ports.ours}`, doorward.port]]);
    return askedBy(() => new Browser(local), ports.ours, work).finally(() => doorward.close());
  };
}

describe("the endpoints of compat and of the real oauth2-proxy", () => {
  it("answer probes, crawlers and scripts alike", async () => {
    const work = async (signedIn: Ask, other: Ask) => {
      const probes = await Promise.all(
        ["/ping", "/ready", "/robots.txt"].map((path) => other(path)),
      );
      const [known, unknown] = [
        await signedIn("/oauth2/userinfo"),
        await other("/oauth2/userinfo"),
      ];
      return {
        probes: probes.map(({ status, headers, body }) => [status, headers["content-type"], body]),
        user: [known.status, JSON.parse(known.body)],
        unknown: unknown.status,
      };
    };

    const expected = await old()(work);

    expect(expected.user[0]).toBe(200);
    expect(await ours()(work)).toEqual(expected);
  });

  it.each([
    [[], 200],
    [["skip_provider_button = true"], 302],
  ])("show the sign-in page or go on, with %j", async (lines, status) => {
    const work = async (_: Ask, other: Ask) => (await other("/oauth2/sign_in", navigation)).status;

    expect([await old(...lines)(work), await ours(...lines)(work)]).toEqual([status, status]);
  });

  it("let the same requests pass at the root", async () => {
    const work = async (signedIn: Ask, other: Ask) => {
      const forwarded = {
        "X-Forwarded-Method": "GET",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Host": "localhost",
        "X-Forwarded-Uri": "/page",
        Accept: "application/json",
      };
      const answers = [
        await signedIn("/", forwarded),
        await signedIn("/?allowed_groups=ops", forwarded),
        await signedIn("/?allowed_groups=none", forwarded),
        await other("/", forwarded),
      ];
      return answers.map(({ status }) => Math.floor(status / 100));
    };

    expect([await old()(work), await ours()(work)]).toEqual([
      [2, 2, 4, 4],
      [2, 2, 4, 4],
    ]);
  });

  it.each(["rd", "the header"])(
    "sign out at the issuer with the ID token, from %s",
    async (place) => {
      const target = `${issuer.issuer}/session/end?id_token_hint={id_token}&state=1`;
      const work = async (signedIn: Ask) => {
        const { headers } = await (place === "rd"
          ? signedIn(`/oauth2/sign_out?${new URLSearchParams({ rd: target })}`, navigation)
          : signedIn("/oauth2/sign_out", { ...navigation, "X-Auth-Request-Redirect": target }));
        return String(headers.location).replace(/(?<==)[\w-]+\.[\w-]+\.[\w-]+/, "{id_token}");
      };

      expect([await old()(work), await ours()(work)]).toEqual([target, target]);
    },
  );
});

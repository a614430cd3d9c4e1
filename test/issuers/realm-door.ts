import { Browser, navigation, type HttpResponse } from "../peers/browser.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";
import { freePort } from "../peers/free-port.ts";
import { submitSignIn } from "../peers/keycloak.ts";

/** doorward in front of a realm or two. */
export interface RealmDoor {
  readonly site: string;
  readonly doorward: TestDoorward;
  newBrowser(): Browser;
  /** The request of a browser's navigation, as Traefik describes it. */
  verify(browser: Browser, uri?: string, headers?: Record<string, string>): Promise<HttpResponse>;
  /** Signs in at a provider with Keycloak's own form. */
  signIn(browser: Browser, provider: string, username: string, uri?: string): Promise<HttpResponse>;
}

/** Starts doorward with the settings that `configure` makes for its address. */
export async function openDoor(
  configure: (site: string) => Promise<Record<string, unknown>>,
): Promise<RealmDoor> {
  const site = `http://localhost:${await freePort()}/_auth`;
  const { host, origin } = new URL(site);
  const doorward = await startDoorward(configOf({ url: site, ...(await configure(site)) }));
  return {
    site,
    doorward,
    newBrowser: () => new Browser(new Map([[host, doorward.port]])),
    verify: (browser, uri = "/", headers = {}) =>
      browser.ask(`${site}/verify`, {
        headers: {
          ...navigation,
          "X-Forwarded-Method": "GET",
          "X-Forwarded-Proto": "http",
          "X-Forwarded-Host": host,
          "X-Forwarded-Uri": uri,
          ...headers,
        },
      }),
    async signIn(browser, provider, username, uri = "/") {
      const target = encodeURIComponent(origin + uri);
      const page = await browser.open(`${site}/start?provider=${provider}&rd=${target}`);
      return submitSignIn(browser, page, username);
    },
  };
}

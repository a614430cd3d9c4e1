import { createSites } from "../../server/config/site.ts";
import { sessionCookieName } from "../../server/cookies/cookie.ts";
import type { Browser } from "../peers/browser.ts";
import { configOf } from "../peers/doorward.ts";

/** The name of a site's session cookie. */
export function cookieNameOf(url: string, cookie: { readonly domain?: string } = {}): string {
  const providers = { company: { type: "oidc", issuer: "http://127.0.0.1:9", clientId: "door" } };
  const [site] = createSites(configOf({ url, cookie, providers, access: { anyone: true } }));
  if (site === undefined) throw new TypeError(`${url} makes no site`);
  return sessionCookieName(site);
}

/** The value of the session cookie in a browser; undefined = none. */
export async function sessionTokenIn(browser: Browser, url: string): Promise<string | undefined> {
  const name = cookieNameOf(url);
  const cookies = await browser.jar.getCookies(url);
  return cookies.find(({ key }) => key === name)?.value;
}

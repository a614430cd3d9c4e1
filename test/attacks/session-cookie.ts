import type { Browser } from "../peers/browser.ts";
import { cookieNameOf } from "../peers/cookie-name.ts";

/** The value of the session cookie in a browser; undefined = none. */
export async function sessionTokenIn(browser: Browser, url: string): Promise<string | undefined> {
  const name = cookieNameOf(url);
  const cookies = await browser.jar.getCookies(url);
  return cookies.find(({ key }) => key === name)?.value;
}

import type { Agent } from "node:http";
import { CookieJar } from "tough-cookie";
import type { HostileIssuer } from "../../test/peers/hostile-issuer.ts";
import { ask } from "../ask.ts";
import { ada, appUrl, type Gatekeeper, type Get } from "./gatekeeper.ts";

/** A session of a visitor. */
export interface Session {
  /** The browser's cookies, as in the header. */
  readonly cookies: string;
  readonly email: string;
}

/** Signs in by the code flow in a new browser. */
export async function signIn(
  gatekeeper: Gatekeeper,
  issuer: HostileIssuer,
  agent: Agent | false = false,
): Promise<Session> {
  const browser = { cookies: new CookieJar(), agent };
  const { start } = gatekeeper;
  const redirect = await redirected(gatekeeper, browser, start.url, start);
  const returned = new URL(issuer.consent(redirect));
  await redirected(gatekeeper, browser, returned.href, gatekeeper.callback(returned));
  const cookies = await browser.cookies.getCookieString(appUrl);
  if (cookies === "")
    throw new Error(`${gatekeeper.name} opens no session at ${returned.pathname}`);
  return { cookies, email: ada.email };
}

/** Sends the visitor's request for a URL, and returns the `Location` of the response. */
async function redirected(
  { name, port }: Gatekeeper,
  { cookies, agent }: { cookies: CookieJar; agent: Agent | false },
  url: string,
  { path, headers }: Get,
): Promise<string> {
  const cookie = await cookies.getCookieString(url);
  const sent = cookie === "" ? headers : [...headers, "Cookie", cookie];
  const { status, headers: received } = await ask(port, path, sent, agent);
  const { location, "set-cookie": lines = [] } = received;
  if (status < 300 || status > 399 || location === undefined)
    throw new Error(`${name} answers ${status} instead of a redirect to ${path}`);
  for (const line of lines) await cookies.setCookie(line, url);
  return location;
}

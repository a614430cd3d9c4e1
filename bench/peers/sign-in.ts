import type { Agent } from "node:http";
import { Cookie } from "tough-cookie";
import type { HostileIssuer } from "../../test/peers/hostile-issuer.ts";
import { ask } from "../ask.ts";
import type { Gatekeeper, Get } from "./gatekeeper.ts";

/** Signs in by the code flow in a new browser, and returns the browser's cookies of the session. */
export async function signIn(
  gatekeeper: Gatekeeper,
  issuer: HostileIssuer,
  agent: Agent | false = false,
): Promise<string> {
  const start = await redirect(gatekeeper, gatekeeper.start, "", agent);
  const returned = new URL(issuer.consent(start.location));
  const callback = gatekeeper.callback(returned);
  const { cookies } = await redirect(gatekeeper, callback, start.cookies, agent);
  if (cookies === "") throw new Error(`${gatekeeper.name} sets no cookie at ${callback.path}`);
  return cookies;
}

async function redirect(
  { name, port }: Gatekeeper,
  { path, headers }: Get,
  cookies: string,
  agent: Agent | false,
): Promise<{ location: string; cookies: string }> {
  const sent = cookies === "" ? headers : [...headers, "Cookie", cookies];
  const { status, headers: received } = await ask(port, path, sent, agent);
  const { location, "set-cookie": lines = [] } = received;
  if (status < 300 || status > 399 || location === undefined)
    throw new Error(`${name} answers ${status} instead of a redirect to ${path}`);
  const kept = lines.flatMap((line) => {
    const cookie = Cookie.parse(line);
    return cookie === undefined || cookie.TTL() <= 0 ? [] : [cookie.cookieString()];
  });
  return { location, cookies: kept.join("; ") };
}

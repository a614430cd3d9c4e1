import type { Site } from "../config/site.ts";
import type { AskedRequest, SiteContext } from "../context.ts";
import { longestLocation, redirect, type HttpResponse } from "../http/response.ts";
import { conflict, findBrowserSession } from "../session/browser-session.ts";
import { codeChallengeOf } from "../session/hand-overs.ts";
import { begunCookies } from "./begun-cookies.ts";
import { showOwn } from "./show-start-page.ts";
import type { Wanted } from "./wanted.ts";

/** Parameters of `/start` that only a sign-in can serve. */
const wishes = ["prompt", "provider", "max_age", "acr_values", "iss", "login_hint", "seen"];

/** The provider in a transaction that hands a session over: there is none. */
const noProvider = "";

/** The browser's request to `/start` at the host of an app. */
interface Visit {
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly asked: AskedRequest;
}

/**
 * `/start` at the host of an app with a session of its own (`session.perHost`). It fetches that session from the site
 * where visitors sign in: a transaction in this browser at this host, and a redirect that asks for a code. With a session,
 * or for a host other than this one, there is nothing to fetch.
 */
export async function startAtAppHost(
  context: SiteContext,
  signInSite: Site,
  wanted: Wanted,
  { query, headers, asked }: Visit,
): Promise<HttpResponse> {
  const { site, siteOf, sessions, transactions } = context;
  const { hostname, host } = new URL(wanted.returnTo);
  const isHere = siteOf(hostname, host)?.id === site.id;
  const passed = wishes.flatMap((name) => query.getAll(name).map((value) => [name, value]));
  if (passed.length > 0 || !isHere)
    return redirect(302, startAt(signInSite, wanted.returnTo, passed));
  const cookies = headers.get("cookie") ?? undefined;
  const session = await findBrowserSession(sessions, site, cookies, asked);
  if (session !== undefined && session !== conflict) {
    const visitor = { cookies, acceptLanguage: headers.get("accept-language") };
    return wanted.hasTarget
      ? redirect(302, wanted.returnTo)
      : showOwn(context, session, wanted, visitor);
  }
  const begun = transactions.begin(site, cookies, {
    provider: noProvider,
    returnTo: fitting(signInSite, wanted.returnTo),
    stepUp: { maxAgeMs: undefined, acr: undefined },
    isForced: false,
  });
  const { returnTo, state, codeVerifier } = begun.transaction;
  const asking = [
    ["state", state],
    ["code_challenge", codeChallengeOf(codeVerifier)],
  ];
  const setCookies = begunCookies(context, cookies, begun);
  return redirect(
    302,
    startAt(signInSite, returnTo, asking),
    ...setCookies.flatMap((cookie) => ["Set-Cookie", cookie]),
  );
}

/** The most bytes that the state and the challenge add. */
const askingLength = 110;

/** The target, or its origin's root if the address with it would be too long. */
function fitting(signInSite: Site, returnTo: string): string {
  const { length } = startAt(signInSite, returnTo, []);
  return length + askingLength <= longestLocation ? returnTo : `${new URL(returnTo).origin}/`;
}

function startAt(signInSite: Site, returnTo: string, parameters: readonly string[][]): string {
  const query = new URLSearchParams([["rd", returnTo], ...parameters]);
  const location = `${signInSite.address("start")}?${query}`;
  if (location.length <= longestLocation) return location;
  query.set("rd", `${new URL(returnTo).origin}/`);
  return `${signInSite.address("start")}?${query}`;
}

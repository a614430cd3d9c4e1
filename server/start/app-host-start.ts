import type { Site } from "../config/site.ts";
import type { AskedRequest, SiteContext } from "../context.ts";
import { longestLocation, redirect, type HttpResponse } from "../http/response.ts";
import { conflict, findBrowserSession } from "../session/browser-session.ts";
import { isAsked } from "../identity/step-up.ts";
import { codeChallengeOf } from "../session/hand-overs.ts";
import { startUrl } from "../sign-in/start-url.ts";
import { begunCookies } from "./begun-cookies.ts";
import { showOwn } from "./show-start-page.ts";
import type { Wanted } from "./wanted.ts";

/** The provider in a transaction that hands a session over: there is none. */
const noProvider = "";

/** The longest names of a provider and of an issuer that are passed on. */
const longestName = 300;

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
  const wishes = wishesOf(wanted, query);
  if (!isHere || Object.keys(wishes).length > 0)
    return redirect(302, startUrl(signInSite, { returnTo: wanted.returnTo, ...wishes }));
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
  const setCookies = begunCookies(context, cookies, begun);
  return redirect(
    302,
    askingUrl(signInSite, returnTo, state, codeChallengeOf(codeVerifier)),
    ...setCookies.flatMap((cookie) => ["Set-Cookie", cookie]),
  );
}

/** What only a sign-in can serve. */
function wishesOf({ prompt, stepUp, seen, loginHint }: Wanted, query: URLSearchParams) {
  const [provider, iss] = [query.get("provider"), query.get("iss")].map((name) =>
    name !== null && name.length <= longestName ? name : undefined,
  );
  const wishes = { prompt, provider, seen, iss, loginHint };
  const written = Object.entries(wishes).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(written), ...(isAsked(stepUp) && { stepUp }) };
}

function askingUrl(site: Site, returnTo: string, state: string, codeChallenge: string): string {
  const query = new URLSearchParams({ rd: returnTo, state, code_challenge: codeChallenge });
  return `${site.address("start")}?${query}`;
}

/** The target, or its origin's root if the address with it would be too long. */
function fitting(signInSite: Site, returnTo: string): string {
  const { length } = askingUrl(signInSite, returnTo, "s".repeat(22), "c".repeat(43));
  return length <= longestLocation ? returnTo : `${new URL(returnTo).origin}/`;
}

import { isScriptForJson, isVisitorNavigation, tabOrFrame } from "../http/fetch-metadata.ts";
import { empty, redirect, type HttpResponse } from "../http/response.ts";
import type { SiteContext, Endpoint } from "../context.ts";
import { AuthError } from "../errors.ts";
import { choosePage } from "../pages/choose-page.ts";
import { forgetSession, readCookies } from "../cookies/cookie.ts";
import { authorizationUrl } from "../sign-in/code-flow.ts";
import type { RelyingParty } from "../sign-in/relying-party.ts";
import { startUrl } from "../sign-in/start-url.ts";
import { stopLoop } from "./loop.ts";
import { ownStart } from "./oauth2-proxy-host.ts";
import { standingOf } from "./standing.ts";
import { createUserInfo } from "./user-info.ts";
import { readWanted, type Wanted } from "./wanted.ts";

/** Opens a transaction and sends the browser to the issuer. Nothing is stored here. */
export function createStart(context: SiteContext): Endpoint {
  const { site, recentStarts } = context;
  const userInfo = createUserInfo(context);

  return async ({ url: { searchParams: query }, req: { headers } }) => {
    if (isScriptForJson(headers)) return userInfo(query, headers);
    // Others would each use one of the browser's few pending transactions.
    if (!isVisitorNavigation(headers, tabOrFrame)) return empty(403);
    const elsewhere = ownStart(context, query, headers);
    if (elsewhere !== undefined) return redirect(302, elsewhere);
    const cookies = headers.get("cookie") ?? undefined;
    const wanted = readWanted(context, query, headers);
    const name = query.get("provider") ?? undefined;
    const party = chosen(context, name);
    // Only a visitor's click, or `/callback` once, sends a `prompt`: it cannot be part of a loop.
    if (wanted.prompt !== undefined)
      return party ? begin(context, party, cookies, wanted) : choose(context, name, wanted);
    const standing = await standingOf(context, cookies, wanted);
    if (standing !== "permitted" && party === undefined) return choose(context, name, wanted);
    const { isLoop, setCookie } = recentStarts.count(site, cookies, wanted.returnTo);
    if (isLoop) return stopLoop(context, { standing, wanted, setCookie });
    return standing === "permitted" || party === undefined
      ? redirect(302, wanted.returnTo, "Set-Cookie", setCookie)
      : begin(context, party, cookies, wanted, setCookie);
  };
}

function chosen({ parties }: SiteContext, name: string | undefined): RelyingParty | undefined {
  const [only] = parties.size === 1 ? parties.values() : [];
  return only ?? (name === undefined ? undefined : parties.get(name));
}

function choose(
  { site, parties }: SiteContext,
  unknown: string | undefined,
  wanted: Wanted,
): HttpResponse {
  const choices = [...parties.values()].map(({ name, label }) => ({
    href: startUrl(site, { ...wanted, provider: name }),
    label,
  }));
  return choosePage(choices, unknown);
}

async function begin(
  { site, transactions, counts, visitorLog }: SiteContext,
  party: RelyingParty,
  cookies: string | undefined,
  { returnTo, stepUp, prompt }: Wanted,
  ...others: string[]
): Promise<HttpResponse> {
  const isForced = prompt === "login";
  const { transaction, setCookies } = transactions.begin(site, cookies, {
    provider: party.name,
    returnTo,
    stepUp,
    isForced,
  });
  const requested = prompt === "select_account" ? party.provider.accountPrompt : prompt;
  const location = await authorizationUrl(party, site, transaction, requested).catch(
    (error: unknown) => {
      counts.starts.add(party.name, error instanceof AuthError ? error.code : "unexpected");
      throw error;
    },
  );
  counts.starts.add(party.name, "started");
  // Two live sessions are a conflict at `/verify`, so one that stays could also break the next sign-in.
  if (readCookies(cookies, site.sessionCookieName).length > 1) {
    visitorLog.warn({}, "duplicate session cookies; clearing both");
    setCookies.push(...forgetSession(site));
  }
  setCookies.push(...others);
  return redirect(302, location, ...setCookies.flatMap((cookie) => ["Set-Cookie", cookie]));
}

import {
  isCrossSite,
  isFrame,
  isScriptForJson,
  isVisitorNavigation,
  tabOrFrame,
} from "../http/fetch-metadata.ts";
import { empty, redirect, type HttpResponse } from "../http/response.ts";
import type { AskedRequest, SiteContext, Endpoint } from "../context.ts";
import { AuthError } from "../errors.ts";
import { framedPage } from "../pages/framed-page.ts";
import { forgetSession, readCookies } from "../cookies/cookie.ts";
import { authorizationUrl } from "../sign-in/code-flow.ts";
import type { RelyingParty } from "../sign-in/relying-party.ts";
import { arrivalAt } from "../sign-in/app-host.ts";
import { startAtAppHost } from "./app-host-start.ts";
import { begunCookies } from "./begun-cookies.ts";
import { handOver } from "./hand-over.ts";
import { stopLoop } from "./loop.ts";
import { ownStart } from "./oauth2-proxy-host.ts";
import { appOf, askForStepUp, choose, showOwn } from "./show-start-page.ts";
import { standingOf } from "./standing.ts";
import { createUserInfo } from "./user-info.ts";
import { readWanted, type Wanted } from "./wanted.ts";

/** Opens a transaction and sends the browser to the issuer. Nothing is stored here. */
export function createStart(context: SiteContext): Endpoint {
  const { site, showPage, rulesOf } = context;
  const userInfo = createUserInfo(context);

  return async ({ url: { searchParams: query }, req: { headers } }, asked) => {
    if (isScriptForJson(headers)) return userInfo(query, headers, asked);
    // Others would each use one of the browser's few pending transactions.
    if (!isVisitorNavigation(headers, tabOrFrame)) return empty(403);
    const elsewhere = ownStart(context, query, headers);
    if (elsewhere !== undefined) return redirect(302, elsewhere);
    const wanted = readWanted(context, query, headers, asked);
    // Browsers send no cookie of a sign-in there, so it would never end.
    if (isFrame(headers) && isCrossSite(headers, site)) {
      const page = framedPage(appOf(rulesOf, wanted), wanted.returnTo);
      return showPage(page, headers.get("accept-language"));
    }
    if (site.signInSite !== undefined)
      return startAtAppHost(context, site.signInSite, wanted, { query, headers, asked });
    const withCode = await handOver(context, wanted, { query, headers, asked });
    if (withCode !== undefined) return withCode;
    const requested = requestedProvider(context, query);
    try {
      return await answer(context, requested, wanted, { headers, asked });
    } catch (error) {
      const attempt = { returnTo: wanted.returnTo, provider: requested.party?.name };
      throw error instanceof AuthError ? error.preventing(attempt) : error;
    }
  };
}

/** A provider by its name or, in a sign-in that an issuer or an app initiated, by its issuer. */
interface Requested {
  readonly party: RelyingParty | undefined;
  /** The name or the host that was requested, and is not one of this site. "" = what was requested is neither. */
  readonly unknown: string | undefined;
}

/** Anyone can write a link: a page must not show sentences of theirs as its own. */
const shownName = /^[\w.-]{1,64}$/;

function requestedProvider({ parties }: SiteContext, query: URLSearchParams): Requested {
  const [name, issuer] = [query.get("provider") ?? undefined, query.get("iss") ?? undefined];
  const [only] = parties.size === 1 ? parties.values() : [];
  if (issuer !== undefined) {
    const party = [...parties.values()].find(({ issuers }) => issuers.includes(issuer));
    return { party, unknown: party ? undefined : shownUnknown(URL.parse(issuer)?.hostname) };
  }
  const party = only ?? (name === undefined ? undefined : parties.get(name));
  return { party, unknown: party || name === undefined ? undefined : shownUnknown(name) };
}

function shownUnknown(name = ""): string {
  return shownName.test(name) ? name : "";
}

async function answer(
  context: SiteContext,
  { party, unknown }: Requested,
  wanted: Wanted,
  { headers, asked }: { headers: Headers; asked: AskedRequest },
): Promise<HttpResponse> {
  const { site, recentStarts } = context;
  const cookies = headers.get("cookie") ?? undefined;
  const visitor = { cookies, acceptLanguage: headers.get("accept-language") };
  // Only a visitor's click, or `/callback` once, sends a `prompt`: it cannot be part of a loop.
  if (wanted.prompt !== undefined)
    return party
      ? begin(context, party, cookies, wanted)
      : choose(context, unknown, wanted, visitor);
  const { standing, session } = await standingOf(context, cookies, wanted, asked);
  const isLeading = wanted.hasTarget || context.config.compat !== undefined;
  if (standing === "permitted" && session !== undefined && !isLeading)
    return showOwn(context, session, wanted, visitor);
  if (standing !== "permitted" && party === undefined)
    return (
      (unknown === undefined && askForStepUp(context, session, wanted, visitor)) ||
      choose(context, unknown, wanted, visitor)
    );
  const { isLoop, setCookie } = recentStarts.count(site, cookies, wanted.returnTo);
  if (isLoop)
    return stopLoop(context, { standing, wanted, setCookie, asked }, visitor.acceptLanguage);
  return standing === "permitted" || party === undefined
    ? redirect(302, arrivalAt(context, wanted.returnTo), "Set-Cookie", setCookie)
    : begin(context, party, cookies, wanted, setCookie);
}

async function begin(
  context: SiteContext,
  party: RelyingParty,
  cookies: string | undefined,
  { returnTo, stepUp, prompt, loginHint }: Wanted,
  ...others: string[]
): Promise<HttpResponse> {
  const { site, transactions, counts, visitorLog } = context;
  const isForced = prompt === "login";
  const { name: provider } = party;
  const begun = transactions.begin(site, cookies, { provider, returnTo, stepUp, isForced });
  const { transaction } = begun;
  const requested = prompt === "select_account" ? party.provider.accountPrompt : prompt;
  const wish = { prompt: requested, loginHint };
  const location = await authorizationUrl(party, site, transaction, wish).catch(
    (error: unknown) => {
      counts.starts.add(party.name, error instanceof AuthError ? error.code : "unexpected");
      throw error;
    },
  );
  counts.starts.add(party.name, "started");
  // Two live sessions are a conflict at `/verify`, so one that stays could also break the next sign-in.
  const isDouble = readCookies(cookies, site.sessionCookieName).length > 1;
  if (isDouble) visitorLog.warn({}, "duplicate session cookies; clearing both");
  const setCookies = [
    ...(isDouble ? forgetSession(site) : []),
    ...begunCookies(context, cookies, begun),
    ...others,
  ];
  return redirect(302, location, ...setCookies.flatMap((cookie) => ["Set-Cookie", cookie]));
}

import { empty, json, longestLocation, redirect, type HttpResponse } from "../http/response.ts";
import type { AskedRequest, SiteContext, Endpoint } from "../context.ts";
import { auditedIdentity } from "../identity/audited.ts";
import { isForm, readForm } from "../http/form.ts";
import { isCrossSite, isSameOrigin, isVisitorNavigation, tab } from "../http/fetch-metadata.ts";
import { createAfterSignOut, type Ended } from "./after-sign-out.ts";
import { createSignOutEverywhere } from "./everywhere.ts";
import { createIssuerSignOut } from "./issuer-sign-out.ts";
import { reasonsOf } from "../observe/log.ts";
import { confirmSignOutPage, signedOutPage } from "../pages/signed-out-page.ts";
import { forgetSession } from "../cookies/cookie.ts";
import { sessionTokens } from "../session/browser-session.ts";
import { sessionDigest } from "../session/digest.ts";
import type { SessionRecord } from "../session/record.ts";
import { revokeTokens } from "../sign-in/end-session.ts";
import type { SignOutReach } from "../sign-in/sign-out-return.ts";
import { requestedTarget } from "../sign-in/return-target.ts";

/** More than `/verify` tries, so that no session is left that a visitor wanted to end. */
const mostEnded = 8;

/** Ends the session in the store, then in the browser, and shows a page or redirects to `rd`. */
export function createSignOut(context: SiteContext): Endpoint {
  const { site, sessions, signOutReturns, returnTarget, counts, audit, log, showPage } = context;
  const { signInSite = site } = site;
  const { backChannel, frontChannel } = createIssuerSignOut(context);
  const signOutEverywhere = createSignOutEverywhere(context);
  const afterSignOut = createAfterSignOut(context);

  return async ({ url: { searchParams: query }, req }, asked) => {
    const { headers } = req;
    // An issuer would read a 200 as a successful back-channel logout.
    const isPost = req.method === "POST";
    if (isPost && isUnread(headers)) return json(400, { error: "invalid_request" });
    const form = isPost ? await readForm(req) : new URLSearchParams();
    if (typeof form === "number") return empty(form);
    const logoutToken = form.get("logout_token");
    if (logoutToken !== null) return backChannel(logoutToken, asked);
    const [issuer, sid] = [query.get("iss"), query.get("sid")];
    if (issuer !== null && sid !== null) return frontChannel(issuer, sid, asked);
    // A prefetched link, an image or a frame must not sign a visitor out.
    const isOpened = isVisitorNavigation(headers, tab);
    if (!isPost && !isOpened) return empty(403);
    const cookies = headers.get("cookie") ?? undefined;
    const acceptLanguage = headers.get("accept-language");
    const state = query.get("state") ?? "";
    const returned = signOutReturns.find(site, cookies, state);
    if (returned !== undefined) return back(returned, "issuer", acceptLanguage);
    const tokens = sessionTokens(site, cookies, mostEnded);
    const fromAppHost = signOutReturns.findFor(site, tokens, state);
    if (fromAppHost !== undefined)
      return back(fromAppHost.returnTo, fromAppHost.reach, acceptLanguage, ...removals());
    const rd = requestedTarget(context, query.has("rd") ? query : form, headers);
    const returnTo = returnTarget(site, rd);
    if (!isOwnWish(isPost, headers))
      return isOpened ? confirm(returnTo, acceptLanguage) : empty(403);
    const proof = (isPost ? form : query).get("everywhere");
    if (proof !== null && !(await signOutEverywhere({ isPost, proof, cookies }, asked)))
      return redirect(303, site.address("start"));
    // Two live sessions are a conflict, but each of them alone would still be valid: end all of them.
    const ended: Ended[] = [];
    for (const token of tokens) ended.push(...(await end(token, asked)));
    const [first] = ended;
    const reach = proof === null ? "here" : "everywhere";
    const onward = await afterSignOut(first, { returnTo, reach, isOpened });
    return onward === undefined
      ? signedOut(returnTo, reach, acceptLanguage)
      : redirect(303, onward.location, ...removals(), ...onward.setCookies);
  };

  /** At the host of an app, this ends the session at the sign-in, and with it those of all hosts. */
  async function end(written: string, asked: AskedRequest): Promise<Ended[]> {
    const isAppHost = site.signInSite !== undefined;
    const token = isAppHost ? await sessions.atHosts.parentOf(site, written) : written;
    const record = await sessions.end(signInSite, token, "signed_out");
    if (isAppHost) await sessions.atHosts.end(written);
    if (token === undefined || record === undefined) return [];
    counts.signOuts.add("visitor");
    const who = { ...auditedIdentity(record.identity), session: sessionDigest(token) };
    audit("signed_out", "visitor", { ...asked, ...who });
    revoke(record);
    return [{ token, record }];
  }

  /** In the background: without its session the visitor is already signed out. */
  function revoke({ identity: { provider }, tokens }: SessionRecord): void {
    const party = context.parties.get(provider);
    if (party === undefined) return;
    revokeTokens(party, tokens).catch((error: unknown) =>
      log.warn({ provider, reason: reasonsOf(error) }, "could not revoke a refresh token"),
    );
  }

  /** The issuer, or the host of an app, redirected the visitor back, with a state of this browser. */
  function back(
    returnTo: string,
    reach: SignOutReach,
    acceptLanguage: string | null,
    ...more: string[]
  ): HttpResponse {
    const forget = ["Set-Cookie", signOutReturns.forget(site), ...more];
    if (returnTo === "")
      return showPage(signedOutPage(site.address("start"), reach), acceptLanguage, ...forget);
    return redirect(303, returnTo, ...forget);
  }

  /** A link of a sibling host signs out; its forms and scripts do not, because they run without the visitor. */
  function isOwnWish(isPost: boolean, headers: Headers): boolean {
    return isPost ? isSameOrigin(headers, site.url.origin) : !isCrossSite(headers, site);
  }

  function confirm(returnTo: string | undefined, acceptLanguage: string | null): HttpResponse {
    const query = returnTo === undefined ? "" : `?${new URLSearchParams({ rd: returnTo })}`;
    const [bare, stay] = [site.address("sign_out"), returnTo ?? site.address("start")];
    const fits = bare.length + query.length <= longestLocation;
    return showPage(confirmSignOutPage(fits ? bare + query : bare, stay), acceptLanguage);
  }

  function signedOut(
    returnTo: string | undefined,
    reach: SignOutReach,
    acceptLanguage: string | null,
  ): HttpResponse {
    if (returnTo !== undefined) return redirect(303, returnTo, ...removals());
    const page = signedOutPage(site.address("start"), reach);
    return showPage(page, acceptLanguage, ...removals());
  }

  function removals(): string[] {
    const cookies = [...forgetSession(site), context.recentStarts.forget(site)];
    return cookies.flatMap((cookie) => ["Set-Cookie", cookie]);
  }
}

/** A body that is not a form and does not come from a browser: it could be a logout token in another format. */
function isUnread(headers: Headers): boolean {
  const length = headers.get("content-length") ?? "0";
  const hasBody = length !== "0" || headers.has("transfer-encoding");
  return hasBody && !isForm(headers) && !headers.has("sec-fetch-site") && !headers.has("cookie");
}

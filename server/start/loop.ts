import type { AskedRequest, SiteContext } from "../context.ts";
import type { HttpResponse } from "../http/response.ts";
import type { ReasonOf } from "../observe/events.ts";
import { loopPage, type LoopCause } from "../pages/loop-page.ts";
import { appSiteAt } from "../sign-in/app-host.ts";
import type { Standing } from "./standing.ts";
import { targetFix, type Wanted } from "./wanted.ts";

interface Loop {
  readonly standing: Standing;
  readonly wanted: Wanted;
  /** The `Set-Cookie` value that lets the visitor try again. */
  readonly setCookie: string;
  readonly asked: AskedRequest;
}

/** The response to a browser that came back too often: a page with the cause that can be told from here. */
export function stopLoop(
  context: SiteContext,
  { standing, wanted, setCookie, asked }: Loop,
  acceptLanguage: string | null,
): HttpResponse {
  const { site, config, counts, audit, showPage } = context;
  const cause = causeOf(standing, wanted);
  counts.loops.add(reasons[cause]);
  const { requestId } = asked;
  const { host, hostname, pathname } = new URL(wanted.returnTo);
  const mend = fixes[cause]({
    site: site.url.href,
    cookie: site.sessionCookieName,
    driver: config.storage.driver,
    host,
    isCovered: site.covers(hostname) || appSiteAt(context, wanted.returnTo) !== undefined,
  });
  const path = pathname.slice(0, 500);
  audit("loop_broken", reasons[cause], { ...asked, host, path }, { mend });
  const rd = new URLSearchParams({ rd: wanted.returnTo });
  const links = {
    again: `${site.address("start")}?${rd}`,
    signOut: `${site.address("sign_out")}?${rd}`,
    otherAccount: `${site.address("start")}?${rd}&prompt=select_account`,
  };
  return showPage(loopPage(cause, links, requestId), acceptLanguage, "Set-Cookie", setCookie);
}

function causeOf(standing: Standing, wanted: Wanted): LoopCause {
  if (wanted.isTargetDropped) return "target";
  if (standing === "conflict" || wanted.seen === "two_sessions") return "two sessions";
  return standing === "permitted" ? "session not seen" : standing;
}

const reasons: Readonly<Record<LoopCause, ReasonOf<"loop_broken">>> = {
  target: "target",
  "two sessions": "two_sessions",
  "not permitted": "not_permitted",
  "session not seen": "session_not_seen",
  "unknown session": "unknown_session",
  "no cookie": "no_cookie",
};

interface Facts {
  readonly site: string;
  readonly cookie: string;
  readonly driver: string;
  /** The host of the page. */
  readonly host: string;
  readonly isCovered: boolean;
}

const fixes: Readonly<Record<LoopCause, (facts: Facts) => string>> = {
  target: () => targetFix,
  "two sessions": ({ cookie }) =>
    `another host sets cookies named ${cookie}, or sets one for a longer path: find that host; without cookie.domain, no other host can`,
  "not permitted": ({ host }) =>
    `the rule for ${host} requires a stronger sign-in than the issuer gives (acr, maxAge), or the query of the proxy's auth request restricts it: run explain with the page's URL`,
  "session not seen": ({ site, host, isCovered }) =>
    isCovered
      ? `the session is live at ${site}, and /verify for ${host} did not accept it: the proxy removes the Cookie header, asks another doorward, or asks a replica with another secret or storage`
      : `the cookie of ${site} does not reach ${host}: set cookie.domain, or add a site for the host`,
  "unknown session": ({ driver }) =>
    `the store does not have the session that this browser was given: replicas need one store and one secret (storage.driver is ${driver}; replicas use redis)`,
  "no cookie": ({ site, cookie }) =>
    `the browser did not send ${cookie} back to ${site}: it blocks cookies, or the page is reached over http (a Secure cookie travels over https only), or cookie.domain does not contain the site's host`,
};

import { isMet } from "../identity/step-up.ts";
import type { SiteContext } from "../context.ts";
import { requestTo } from "../forwarded/forwarded-request.ts";
import type { LoggedRequest } from "../observe/request-id.ts";
import { appSiteAt } from "../sign-in/app-host.ts";
import { decide } from "../policy/policy.ts";
import { conflict, findBrowserSession, sessionTokens } from "../session/browser-session.ts";
import type { Session } from "../session/session.ts";
import type { Wanted } from "./wanted.ts";

/** A browser's standing at the return target, before the sign-in that it requests. */
export type Standing =
  /** Signed in, permitted at the return target, and as strongly as its rule requires. */
  | "permitted"
  /** Signed in, but the policy does not let this identity or this sign-in pass. */
  | "not permitted"
  | typeof conflict
  /** It sends a session cookie, and the store has no live session for it. */
  | "unknown session"
  | "no cookie";

/** The standing, and the session if there is one. */
interface BrowserStanding {
  readonly standing: Standing;
  readonly session: Session | undefined;
}

export async function standingOf(
  context: SiteContext,
  cookies: string | undefined,
  wanted: Wanted,
  asked: LoggedRequest,
): Promise<BrowserStanding> {
  const { site, sessions } = context;
  const session = await findBrowserSession(sessions, site, cookies, asked);
  if (session === conflict) return { standing: conflict, session: undefined };
  if (session !== undefined) {
    const standing = isPermitted(context, session, wanted) ? "permitted" : "not permitted";
    return { standing, session };
  }
  const hasCookie = sessionTokens(site, cookies).length > 0;
  return { standing: hasCookie ? "unknown session" : "no cookie", session };
}

function isPermitted(
  context: SiteContext,
  session: Session,
  { returnTo, hasTarget, stepUp }: Wanted,
): boolean {
  const { site, siteOf, rulesOf, now } = context;
  const { identity } = session.record;
  // At the host of an app, `/verify` decides once that host has its session: it may refuse with a page of its own.
  if (!hasTarget || appSiteAt(context, returnTo) !== undefined)
    return isMet(stepUp, identity.claims, now());
  const target = new URL(returnTo);
  const request = requestTo(target);
  // A target that this site does not protect has no rules here.
  if (request === undefined || siteOf(target.hostname, target.host)?.id !== site.id)
    return isMet(stepUp, identity.claims, now());
  const facts = { request, provider: identity.provider, address: undefined, isPreflight: false };
  const decision = decide(rulesOf(request), site.access, facts, { identity, now: now() });
  return decision.verdict === "allow" && isMet(stepUp, identity.claims, now());
}

import type { Site } from "../config/site.ts";
import type { AskedRequest, Endpoint, SiteContext } from "../context.ts";
import { setSessionCookie } from "../cookies/cookie.ts";
import { AuthError } from "../errors.ts";
import { isVisitorNavigation, tabOrFrame } from "../http/fetch-metadata.ts";
import { empty, redirect, type HttpResponse } from "../http/response.ts";
import { auditedIdentity } from "../identity/audited.ts";
import { conflict, findBrowserSession, sessionTokens } from "../session/browser-session.ts";
import { sessionDigest } from "../session/digest.ts";
import type { Transaction } from "../sign-in/transaction.ts";
import { singleParameter } from "./single-parameter.ts";
import { spentCookies } from "./spent-transaction.ts";

/** The browser's request to the callback. */
interface Visit {
  readonly cookies: string | undefined;
  readonly asked: AskedRequest;
}

/**
 * The callback at the host of an app (`session.perHost`): takes the code of the site where visitors sign in, once, in the
 * browser that began the transaction here, and opens a session of this host. The checks are those of RFC 9700 §4.
 */
export function createAppHostCallback(context: SiteContext, signInSite: Site): Endpoint {
  const { site, sessions, handOvers, transactions, knownTargets, audit, now } = context;

  return async ({ url: { searchParams: query }, req: { headers } }, asked) => {
    // A prefetched link must not spend the code.
    if (!isVisitorNavigation(headers, tabOrFrame)) return empty(403);
    const visit = { cookies: headers.get("cookie") ?? undefined, asked };
    const [code = "", state = ""] = [
      singleParameter(query, "code"),
      singleParameter(query, "state"),
    ];
    const transaction = transactions.find(site, visit.cookies, state);
    const known = transaction ?? knownTargets.find(site, visit.cookies, state);
    try {
      return transaction === undefined || transactions.isExpired(transaction)
        ? await late(code, known?.returnTo, visit)
        : await open(code, transaction, visit);
    } catch (error) {
      if (!(error instanceof AuthError) || known === undefined) throw error;
      const { returnTo, expiresAt } = known;
      throw error.during({ state, returnTo, expiresAt });
    }
  };

  /** Gone back in history, or begun in another browser. */
  async function late(
    code: string,
    returnTo: string | undefined,
    { cookies, asked }: Visit,
  ): Promise<HttpResponse> {
    await handOvers.discard(code, site);
    const session = await findBrowserSession(sessions, site, cookies, asked);
    if (session !== undefined && session !== conflict)
      return redirect(302, returnTo ?? site.address("start"));
    throw new AuthError("transaction_missing", "this browser began no hand-over with this state");
  }

  async function open(
    code: string,
    { state, codeVerifier, returnTo, expiresAt }: Transaction,
    { cookies, asked }: Visit,
  ): Promise<HttpResponse> {
    const parent = await handOvers.redeem(code, { site, returnTo, codeVerifier });
    const session = await sessions.find(signInSite, parent, asked);
    if (session === undefined)
      throw new AuthError("grant_ended", "the session that the code hands over has ended");
    for (const earlier of sessionTokens(site, cookies)) await replace(earlier, parent);
    const { identity, expiresAt: endsAt } = session.record;
    const leftMs = endsAt - now();
    const token = await sessions.atHosts.start(site, parent, leftMs);
    const who = { ...auditedIdentity(identity), session: sessionDigest(parent) };
    audit("handed_over", "app_host", { ...asked, ...who });
    const keep = setSessionCookie(site, token, Math.floor(leftMs / 1000));
    const spent = spentCookies(context, cookies, { state, returnTo, expiresAt });
    return redirect(302, returnTo, "Set-Cookie", keep, ...spent);
  }

  /** The session that this browser had here ends, and its parent too, unless it is the same one. */
  async function replace(earlier: string, parent: string): Promise<void> {
    const before = await sessions.atHosts.parentOf(site, earlier);
    if (before !== parent) await sessions.end(signInSite, before, "replaced");
    await sessions.atHosts.end(earlier);
  }
}

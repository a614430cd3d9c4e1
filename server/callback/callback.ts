import { couldPass, denialAnywhere } from "../policy/policy.ts";
import { auditedClaims, auditedIdentity } from "../identity/audited.ts";
import { isMet } from "../identity/step-up.ts";
import { redirect, type HttpResponse } from "../http/response.ts";
import type { AskedRequest, SiteContext, Endpoint } from "../context.ts";
import { AuthError } from "../errors.ts";
import { deniedPage } from "../pages/denied-page.ts";
import { setSessionCookie } from "../cookies/cookie.ts";
import { rememberProvider } from "../cookies/last-provider.ts";
import { appNameAt } from "../policy/app-name.ts";
import { conflict, findBrowserSession, sessionTokens } from "../session/browser-session.ts";
import { sessionDigest } from "../session/digest.ts";
import { issuerRefusal } from "./issuer-refusal.ts";
import { signInPlace } from "./sign-in-place.ts";
import { singleParameter } from "./single-parameter.ts";
import { spentCookies } from "./spent-transaction.ts";
import { exchangeCode, type CallbackAnswer, type SignedIn } from "../sign-in/code-flow.ts";
import { arrivalAt } from "../sign-in/app-host.ts";
import { quoted } from "../sign-in/issuer-words.ts";
import type { RelyingParty } from "../sign-in/relying-party.ts";
import { startUrl } from "../sign-in/start-url.ts";
import { transactionMs, type Transaction } from "../sign-in/transaction.ts";

/** The browser's request to `/callback`. */
interface Visit {
  readonly cookies: string | undefined;
  readonly acceptLanguage: string | null;
  readonly userAgent: string | null;
  readonly asked: AskedRequest;
}

/** Accepts the issuer's response once, in the browser that started the sign-in, and opens a session. */
export function createCallback(context: SiteContext): Endpoint {
  const { site, sessions, transactions, knownTargets, rules, now } = context;

  return async ({ url: { searchParams: query, pathname }, req: { headers } }, asked) => {
    const cookies = headers.get("cookie") ?? undefined;
    const state = singleParameter(query, "state");
    const transaction = state === undefined ? undefined : transactions.find(site, cookies, state);
    const known =
      transaction ?? (state === undefined ? undefined : knownTargets.find(site, cookies, state));
    const [acceptLanguage, userAgent] = [headers.get("accept-language"), headers.get("user-agent")];
    const visit = { cookies, acceptLanguage, userAgent, asked };
    try {
      if (transaction === undefined || transactions.isExpired(transaction))
        return await late(transaction, known?.returnTo, visit);
      const answer = { query, arrivedAt: arrivedAt(pathname), receivedAt: now() };
      return await finish(transaction, answer, visit);
    } catch (error) {
      throw error instanceof AuthError && known !== undefined ? error.during(known) : error;
    }
  };

  function arrivedAt(pathname: string): string | undefined {
    const common = `${site.base}/callback`;
    return pathname === common ? undefined : pathname.slice(common.length + 1);
  }

  /** Over, or started in another browser: a visitor with a session continues, any other gets a page to start again. */
  async function late(
    transaction: Transaction | undefined,
    returnTo: string | undefined,
    visit: Visit,
  ): Promise<HttpResponse> {
    if (await hasSession(visit)) return arrive(returnTo ?? site.address("start"));
    throw transaction === undefined
      ? new AuthError("transaction_missing", "this browser has no pending sign-in with this state")
      : new AuthError(
          "transaction_expired",
          "the issuer's response arrived after the sign-in expired",
        );
  }

  async function hasSession({
    cookies,
    asked,
  }: Pick<Visit, "cookies" | "asked">): Promise<boolean> {
    const session = await findBrowserSession(sessions, site, cookies, asked);
    return session !== undefined && session !== conflict;
  }

  async function finish(
    transaction: Transaction,
    answer: CallbackAnswer,
    { cookies, acceptLanguage, userAgent, asked }: Visit,
  ): Promise<HttpResponse> {
    const party = context.parties.get(transaction.provider);
    if (party === undefined)
      throw new AuthError(
        "provider_unknown",
        `the provider ${transaction.provider} is not configured for this site`,
      );
    // From here on the transaction is spent, even if the sign-in fails.
    const forget = spentCookies(context, cookies, transaction);
    if (!(await takeOnce(transaction.state))) {
      if (await hasSession({ cookies, asked })) return arrive(transaction.returnTo, ...forget);
      throw new AuthError("transaction_used", "the state was already used");
    }
    checkAnswer(answer.query, party);
    const signedIn = await exchangeCode(party, site, transaction, answer);
    if (!couldPass(rules, site.access, signedIn.identity))
      return refuse(signedIn, transaction, { acceptLanguage, asked }, forget);
    if (!isMet(transaction.stepUp, signedIn.identity.claims, now())) {
      return requireStepUp(transaction, forget);
    }
    return open(party, signedIn, transaction, { cookies, userAgent, asked }, forget);
  }

  /** One replica accepts an issuer's response, and only once (RFC 9700 §4.5). */
  function takeOnce(state: string): Promise<boolean> {
    return context.store.claim(`state:${state}`, state, transactionMs);
  }

  function refuse(
    { identity }: SignedIn,
    { provider, returnTo }: Transaction,
    { acceptLanguage, asked }: Pick<Visit, "acceptLanguage" | "asked">,
    forget: string[],
  ): HttpResponse {
    context.counts.signIns.add(provider, "denied");
    const { requestId } = asked;
    const { code, gaps = {} } = denialAnywhere(rules, site.access, identity);
    context.audit(
      "denied",
      code,
      { ...asked, ...auditedIdentity(identity), rule: "access" },
      { ...auditedClaims(identity), ...gaps },
    );
    forget.push("Set-Cookie", context.recentStarts.forget(site));
    const page = deniedPage(
      identity,
      appNameAt(context.rulesOf, new URL(returnTo)),
      { otherAccount: startUrl(site, { returnTo, provider, prompt: "select_account" }) },
      { requestId, fields: Object.keys(gaps) },
    );
    return context.showPage(page, acceptLanguage, ...forget);
  }

  /** Some issuers obey `max_age` only together with `prompt=login`. If that fails too, the issuer cannot step up. */
  function requireStepUp(
    { isForced, stepUp, returnTo, provider }: Transaction,
    forget: string[],
  ): HttpResponse {
    if (isForced) {
      throw new AuthError(
        "step_up_failed",
        `the ID token does not meet the required step-up ${JSON.stringify(stepUp)}`,
      );
    }
    context.counts.signIns.add(provider, "step_up_again");
    const again = startUrl(site, { returnTo, provider, prompt: "login", stepUp });
    return redirect(302, again, ...forget);
  }

  /** Every sign-in gets a new session token, so that an attacker cannot plant one (session fixation). */
  async function open(
    party: RelyingParty,
    { identity, tokens, sid }: SignedIn,
    { returnTo }: Transaction,
    { cookies, userAgent, asked }: Pick<Visit, "cookies" | "userAgent" | "asked">,
    forget: string[],
  ): Promise<HttpResponse> {
    const ended = [];
    for (const earlier of sessionTokens(site, cookies))
      ended.push((await sessions.end(site, earlier, "replaced")) ?? []);
    const token = await sessions.start({
      identity,
      site: site.id,
      clientId: party.settings.clientId,
      sid,
      tokens,
      signIn: context.config.session.remember ? signInPlace(asked, userAgent) : undefined,
    });
    context.counts.signIns.add(identity.provider, "signed_in");
    const reason = ended.flat().length === 0 ? "new_session" : "replaced_session";
    const who = { ...auditedIdentity(identity), session: sessionDigest(token) };
    context.audit("signed_in", reason, { ...asked, ...who });
    const keep = setSessionCookie(site, token, Math.floor(context.config.session.lifetime / 1000));
    const remember =
      context.parties.size > 1 ? ["Set-Cookie", rememberProvider(site, identity.provider)] : [];
    return arrive(returnTo, "Set-Cookie", keep, ...remember, ...forget);
  }

  function arrive(returnTo: string, ...headers: string[]): HttpResponse {
    return redirect(302, arrivalAt(context, returnTo), ...headers);
  }
}

/** The checks before the code is sent to an issuer: RFC 6749 §4.1.2, RFC 9207 §2.4. */
function checkAnswer(query: URLSearchParams, party: RelyingParty): void {
  const [code, error, iss] = ["code", "error", "iss"].map((name) => singleParameter(query, name));
  if (iss !== undefined && !party.issuers.includes(iss)) {
    throw new AuthError(
      "response_rejected",
      `the response has iss ${quoted(iss)}, expected ${party.issuer}`,
    );
  }
  if (error !== undefined)
    throw issuerRefusal(party.issuer, error, query.get("error_description") ?? undefined);
  if (code === undefined || code === "")
    throw new AuthError("callback_malformed", "the parameter code is missing");
}

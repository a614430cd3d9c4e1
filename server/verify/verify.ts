import { createIdentityHeaders } from "../policy/identity-headers.ts";
import { readNarrowings } from "../policy/narrowing.ts";
import { decide, decidedBy, type Showing } from "../policy/policy.ts";
import { pathOf, type RequestFacts } from "../policy/request-facts.ts";
import type { Decider, Rule } from "../policy/rules.ts";
import { empty, type HttpResponse } from "../http/response.ts";
import type { Site } from "../config/site.ts";
import type { AppContext, Verify } from "../context.ts";
import { AuthError } from "../errors.ts";
import { createAddressRanges, visitorAddress } from "../http/address-ranges.ts";
import { hostnameOf, type ForwardedRequest } from "../forwarded/forwarded-request.ts";
import { RequestHeaders } from "../forwarded/request-headers.ts";
import { readForwarded, type ForwardedResult } from "../forwarded/read-forwarded.ts";
import { readCookies, sessionCookieName } from "../cookies/cookie.ts";
import type { Session } from "../session/session.ts";
import { createUserInfo, isUserInfo } from "./user-info.ts";
import { createRefusals, type VerifyContext } from "./refusals.ts";
import { createWhoAsks } from "./authenticate.ts";

/** The gate: may this request pass? Any doubt is a no, and every way out of here but one says so. */
export function createVerify(app: AppContext): Verify {
  const { config, siteOf, rules, rulesOf, authenticateCredentials, counts, log, now } = app;
  const asksAddress =
    authenticateCredentials !== undefined || rules.some(({ config: { ip } }) => ip !== undefined);
  const asksProvider = rules.some(({ config: { provider } }) => provider !== undefined);
  const isTrusted = createAddressRanges(config.trustedProxies);
  const identityHeaders = createIdentityHeaders(config.headers, log);
  const anonymous = empty(200, ...identityHeaders(undefined));
  const refuse = createRefusals(app);
  const userInfo = createUserInfo(app, refuse);
  const whoAsks = createWhoAsks(app, refuse, {
    rulesTaking: ({ request }) => rulesOf(request),
    factsOf,
    answer,
    // A token can be no stronger than it is: a page to sign in is of no use to whoever sent it.
    answerAdmitted: (context, session) => answer(context, session, refuse.weakToken),
    withoutStore,
  });

  return function verify({ method, query, uri, rawHeaders, peer, site: own }) {
    if (!isTrusted(peer)) return refuse.untrustedPeer(peer);
    const headers = new RequestHeaders(rawHeaders);
    const carried = uri === undefined ? undefined : { method, uri };
    const result = headers.isRepeated("host")
      ? twoHosts
      : readForwarded(headers, config.dialect, carried);
    if (!("request" in result)) {
      if (isUserInfo(result, method, headers)) return userInfo(own, headers, query);
      return refuse.malformed(result, headers);
    }
    const site = siteOf(hostnameOf(result.request));
    if (site === undefined) return refuse.unknownHost(result, headers);
    const context: VerifyContext = { ...result, headers, site, query };
    return whoAsks(context, peer);
  };

  function answer(
    context: VerifyContext,
    session: Session | undefined,
    challenge = refuse.challenge,
  ): HttpResponse {
    const { site, query } = context;
    const facts = factsOf(context, asksProvider ? session?.record.identity.provider : undefined);
    const matching = rulesFor(facts);
    const decider = session && query === "" ? decidedBy(matching, facts) : undefined;
    if (session !== undefined && decider !== undefined && hasPassed(session, site, decider, facts))
      return allow(session);
    const visitor = { identity: session?.record.identity, now: now() };
    const decision = decide(matching, site.access, facts, visitor, readNarrowings(query));
    if (decision.verdict === "allow") {
      if (decision.showing === undefined) remember(session, site, decider);
      return allow(session, decision.showing);
    }
    if (decision.verdict === "deny") return refuse.deny(context, session, decision);
    if (session === undefined) auditCookies(context);
    return challenge(context, decision);
  }

  /** Somebody planted one, or an old setting left it behind: the visitor cannot get in with both. */
  function auditCookies({ site, headers, request }: VerifyContext): void {
    const tokens = readCookies(headers.get("cookie"), sessionCookieName(site));
    if (tokens.length < 2) return;
    log.warn({ host: request.host }, "two session cookies came at once: neither counts");
  }

  /** The only 200 of this file: it lets a request pass. Prepared once a session. */
  function allow(session: Session | undefined, showing?: Showing): HttpResponse {
    counts.allow++;
    if (session === undefined || showing === "nobody") return anonymous;
    if (showing === undefined)
      return (session.allowed ??= empty(200, ...identityHeaders(session.record)));
    const result = withoutTokens(session.record);
    return (session.allowedInPublic ??= empty(200, ...identityHeaders(result)));
  }

  /** Nobody knows who it is. What needs no identity passes without one; everything else has to wait. */
  function withoutStore(context: VerifyContext, error: unknown): HttpResponse {
    if (!(error instanceof AuthError)) throw error;
    const facts = factsOf(context, undefined);
    const visitor = { identity: undefined, now: now() };
    const narrowings = readNarrowings(context.query);
    const decision = decide(rulesFor(facts), context.site.access, facts, visitor, narrowings);
    return decision.verdict === "allow" ? allow(undefined) : refuse.unreachable(error, context);
  }

  function rulesFor(facts: RequestFacts): readonly Rule[] {
    return rules.length === 0 ? rules : rulesOf(facts.request, pathOf(facts));
  }

  function factsOf(
    { request, headers }: { request: ForwardedRequest; headers: RequestHeaders },
    provider: string | undefined,
  ): RequestFacts {
    return {
      request,
      provider,
      address: asksAddress ? visitorAddress(headers.get("x-forwarded-for"), isTrusted) : undefined,
      isPreflight: isPreflight(request, headers),
    };
  }
}

/**
 * Whether the very same has let a session pass before. A preflight never counts as such, nor what depends on the
 * time as well (see `remember`).
 */
function hasPassed(session: Session, site: Site, decider: Decider, facts: RequestFacts): boolean {
  return session.passedBy === decider && session.passedAt === site && !facts.isPreflight;
}

function remember(session: Session | undefined, site: Site, decider: Decider | undefined): void {
  if (session === undefined || decider === undefined) return;
  if (decider !== "access" && decider.maxAge !== undefined) return;
  session.passedBy = decider;
  session.passedAt = site;
}

/** Where anybody may pass, a token would go to an app that need not guard it. */
function withoutTokens(record: Session["record"]): Session["record"] {
  return { ...record, accessToken: undefined, idToken: undefined };
}

/** RFC 9112 §3.2: which of two hosts was meant is nobody's to guess. */
const twoHosts: ForwardedResult = { dialect: undefined, malformed: "Host is repeated" };

/** Fetch §4.9: a preflight names the origin and the method it asks for; an OPTIONS without them is a request. */
function isPreflight({ method }: ForwardedRequest, headers: RequestHeaders): boolean {
  return (
    method === "OPTIONS" &&
    (headers.get("origin") ?? "") !== "" &&
    (headers.get("access-control-request-method") ?? "") !== ""
  );
}

import { createIdentityHeaders } from "../policy/identity-headers.ts";
import { readNarrowings } from "../policy/narrowing.ts";
import { decide, decidedBy, type Showing } from "../policy/policy.ts";
import { pathOf, type Circumstances } from "../policy/request-facts.ts";
import type { Decider, Rule } from "../policy/rules.ts";
import { empty, type Answer } from "../http/response.ts";
import type { Site } from "../config/site.ts";
import type { House, Verify } from "../context.ts";
import { AuthError } from "../errors.ts";
import { createAddressRanges, visitorAddress } from "../http/address-ranges.ts";
import { hostnameOf, type ForwardedRequest } from "../forwarded/forwarded-request.ts";
import { RequestHeaders } from "../forwarded/request-headers.ts";
import { readForwarded, type Told } from "../forwarded/read-forwarded.ts";
import { readCookies, sessionCookieName } from "../cookies/cookie.ts";
import type { Session } from "../session/session.ts";
import { createUserInfo, isUserInfo } from "./user-info.ts";
import { createRefusals, type Asked } from "./refusals.ts";
import { createWhoAsks } from "./authenticate.ts";

/** The gate: may this request pass? Any doubt is a no, and every way out of here but one says so. */
export function createVerify(house: House): Verify {
  const { config, siteOf, rules, rulesOf, admit, counts, log, now } = house;
  const asksAddress = admit !== undefined || rules.some(({ config: { ip } }) => ip !== undefined);
  const asksProvider = rules.some(({ config: { provider } }) => provider !== undefined);
  const isTrusted = createAddressRanges(config.trustedProxies);
  const identityHeaders = createIdentityHeaders(config.headers, log);
  const anonymous = empty(200, ...identityHeaders(undefined));
  const refuse = createRefusals(house);
  const userInfo = createUserInfo(house, refuse);
  const whoAsks = createWhoAsks(house, refuse, {
    rulesTaking: ({ request }) => rulesOf(request),
    circumstancesOf,
    answer,
    // A token can be no stronger than it is: a page to sign in is of no use to whoever sent it.
    answerAdmitted: (asked, session) => answer(asked, session, refuse.weakToken),
    withoutStore,
  });

  return function verify({ method, query, uri, rawHeaders, peer, site: own }) {
    if (!isTrusted(peer)) return refuse.stranger(peer);
    const headers = new RequestHeaders(rawHeaders);
    const carried = uri === undefined ? undefined : { method, uri };
    const told = headers.isRepeated("host")
      ? twoHosts
      : readForwarded(headers, config.dialect, carried);
    if (!("request" in told)) {
      if (isUserInfo(told, method, headers)) return userInfo(own, headers, query);
      return refuse.malformed(told, headers);
    }
    const site = siteOf(hostnameOf(told.request));
    if (site === undefined) return refuse.strangeHost(told, headers);
    const asked: Asked = { ...told, headers, site, query };
    return whoAsks(asked, peer);
  };

  function answer(
    asked: Asked,
    session: Session | undefined,
    challenge = refuse.challenge,
  ): Answer {
    const { site, query } = asked;
    const given = circumstancesOf(
      asked,
      asksProvider ? session?.record.identity.provider : undefined,
    );
    const matching = rulesFor(given);
    const decider = session && query === "" ? decidedBy(matching, given) : undefined;
    if (session !== undefined && decider !== undefined && hasPassed(session, site, decider, given))
      return allow(session);
    const visitor = { identity: session?.record.identity, now: now() };
    const decision = decide(matching, site.access, given, visitor, readNarrowings(query));
    if (decision.verdict === "allow") {
      if (decision.showing === undefined) remember(session, site, decider);
      return allow(session, decision.showing);
    }
    if (decision.verdict === "deny") return refuse.deny(asked, session, decision);
    if (session === undefined) auditCookies(asked);
    return challenge(asked, decision);
  }

  /** Somebody planted one, or an old setting left it behind: the visitor cannot get in with both. */
  function auditCookies({ site, headers, request }: Asked): void {
    const tokens = readCookies(headers.get("cookie"), sessionCookieName(site));
    if (tokens.length < 2) return;
    log.warn({ host: request.host }, "two session cookies came at once: neither counts");
  }

  /** The only 200 of this file: it lets a request pass. Prepared once a session. */
  function allow(session: Session | undefined, showing?: Showing): Answer {
    counts.allow++;
    if (session === undefined || showing === "nobody") return anonymous;
    if (showing === undefined)
      return (session.allowed ??= empty(200, ...identityHeaders(session.record)));
    const told = withoutTokens(session.record);
    return (session.allowedInPublic ??= empty(200, ...identityHeaders(told)));
  }

  /** Nobody knows who it is. What needs no identity passes without one; everything else has to wait. */
  function withoutStore(asked: Asked, error: unknown): Answer {
    if (!(error instanceof AuthError)) throw error;
    const given = circumstancesOf(asked, undefined);
    const visitor = { identity: undefined, now: now() };
    const narrowings = readNarrowings(asked.query);
    const decision = decide(rulesFor(given), asked.site.access, given, visitor, narrowings);
    return decision.verdict === "allow" ? allow(undefined) : refuse.unreachable(error, asked);
  }

  function rulesFor(given: Circumstances): readonly Rule[] {
    return rules.length === 0 ? rules : rulesOf(given.request, pathOf(given));
  }

  function circumstancesOf(
    { request, headers }: { request: ForwardedRequest; headers: RequestHeaders },
    provider: string | undefined,
  ): Circumstances {
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
function hasPassed(session: Session, site: Site, decider: Decider, given: Circumstances): boolean {
  return session.passedBy === decider && session.passedAt === site && !given.isPreflight;
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
const twoHosts: Told = { dialect: undefined, malformed: "Host is repeated" };

/** Fetch §4.9: a preflight names the origin and the method it asks for; an OPTIONS without them is a request. */
function isPreflight({ method }: ForwardedRequest, headers: RequestHeaders): boolean {
  return (
    method === "OPTIONS" &&
    (headers.get("origin") ?? "") !== "" &&
    (headers.get("access-control-request-method") ?? "") !== ""
  );
}

import type { Verify, AppContext } from "../context.ts";
import { headersForApps } from "../config/headers-for-apps.ts";
import type { AuthError } from "../errors.ts";
import { hostnameOf, type ForwardedRequest } from "../forwarded/forwarded-request.ts";
import { readForwarded, type ForwardedResult } from "../forwarded/read-forwarded.ts";
import { RequestHeaders } from "../forwarded/request-headers.ts";
import {
  createSpoofedHeaders,
  refuseQuery,
  refusesSpoofed,
} from "../forwarded/spoofable-header.ts";
import {
  createAddressRanges,
  createLimitedAddress,
  visitorAddress,
} from "../http/address-ranges.ts";
import { empty, type HttpResponse } from "../http/response.ts";
import { auditedIdentity } from "../identity/audited.ts";
import { namedGroups } from "../policy/named-groups.ts";
import { readNarrowings } from "../policy/narrowing.ts";
import { decide, decideBy, decidedBy } from "../policy/policy.ts";
import { pathOf, type RequestFacts } from "../policy/request-facts.ts";
import type { Rule } from "../policy/rules.ts";
import type { Session } from "../session/session.ts";
import { createAllowHeaders } from "./allow-headers.ts";
import { createAssertions, noKey } from "./assertions.ts";
import { createAuditedRequest } from "./audited-request.ts";
import { createAuthenticate, type Authentication } from "./authenticate.ts";
import { AllowCounts } from "./allow-counts.ts";
import { PassMemo, type Pass } from "./pass-memo.ts";
import { createChallenges } from "./challenges.ts";
import { isPageQuestion } from "./page-question.ts";
import { createRefusalPage } from "./refusal-page.ts";
import { createRefusals } from "./refusals.ts";
import { createSetUpRefusals } from "./set-up-refusals.ts";
import type { VerifyContext } from "./verify-context.ts";

/** `/verify`: decides, or shows the page of a refusal to a proxy that asks for it alone. */
export function createVerify(app: AppContext): Verify {
  const answer = createDecidingVerify(app);
  const page = createRefusalPage(app, createDecidingVerify);
  return (request) => {
    const { query } = request;
    const isPage = query !== "" && query !== refuseQuery && isPageQuestion(query);
    return isPage ? page(request) : answer(request);
  };
}

/** Decides whether a request may pass. Every doubt denies, and only `allow` returns a 200. */
function createDecidingVerify(app: AppContext): Verify {
  const {
    config,
    sites,
    siteOf,
    rules,
    rulesOf,
    authenticateCredentials,
    counts,
    audit,
    log,
    now,
  } = app;
  const logsAll = config.log.decisions === "all";
  const auditedRequest = createAuditedRequest(config.trustedProxies);
  const readsAddress = authenticateCredentials !== undefined || needs(rules, "address");
  const readsProvider = needs(rules, "provider");
  const isTrusted = createAddressRanges(config.trustedProxies);
  const limitedAddress = createLimitedAddress(config.trustedProxies);
  const named = namedGroups(sites, rules);
  const { identityHeaders, anonymousHeaders } = createAllowHeaders(config, log, named);
  const assertions = createAssertions(app, named);
  const spoofedIn = createSpoofedHeaders(headersForApps(config));
  const anonymous: Pass = { response: empty(200, ...anonymousHeaders) };
  const passes = new PassMemo(identityHeaders);
  const allowCounts = new AllowCounts(counts);
  const setUp = createSetUpRefusals(app);
  const refuse = createRefusals(app);
  const challenges = createChallenges(app);
  const authenticate = createAuthenticate(app, (context) => ({
    rules: rulesOf(context.request),
    facts: factsOf(context, undefined),
    limitedAddress: limitedAddress(context.headers.get("x-forwarded-for")) ?? context.peer,
  }));

  return function verify({ method, query, uri, rawHeaders, peer }) {
    if (!isTrusted(peer)) return setUp.untrustedPeer(peer, rawHeaders);
    const headers = new RequestHeaders(rawHeaders);
    const carried = uri === undefined ? undefined : { method, uri };
    const result = headers.isRepeated("host")
      ? repeatedHost
      : readForwarded(headers, config.dialect, carried);
    if (!("request" in result)) return setUp.malformed(result, headers, peer);
    const { dialect, request } = result;
    const spoofed = refusesSpoofed(query) ? spoofedIn(rawHeaders) : undefined;
    if (spoofed !== undefined) return setUp.spoofed(dialect, headers, spoofed);
    const site = siteOf(hostnameOf(request), request.host);
    if (site === undefined) return refuse.unknownHost(result, headers);
    const context = { dialect, request, headers, site, query, peer };
    const who = authenticate(context);
    return who instanceof Promise
      ? who.then((late) => respond(context, late))
      : respond(context, who);
  };

  function respond(context: VerifyContext, who: Authentication): HttpResponse {
    if (assertions?.isReady === false && "session" in who && who.session !== undefined)
      return decideWithoutStore(context, noKey());
    switch (who.kind) {
      case "session":
        return decideFor(context, who.session, challenges.challenge);
      case "conflict":
        return decideFor(context, undefined, challenges.conflict);
      case "credentials":
        // A program cannot use a sign-in page, and a sign-in would not make its token stronger.
        return decideFor(context, who.session, challenges.weakToken);
      case "rejected":
        return refuse.credentials(context, who.rejection);
      case "issuer down":
        return refuse.issuerUnreachable(who.error, context);
      case "store down":
        return decideWithoutStore(context, who.error);
    }
  }

  function decideFor(
    context: VerifyContext,
    session: Session | undefined,
    challenge: typeof challenges.challenge,
  ): HttpResponse {
    const { site, query } = context;
    const provider = readsProvider ? session?.record.identity.provider : undefined;
    const facts = factsOf(context, provider);
    const matching = rulesFor(facts);
    const decider =
      session && (query === "" || query === refuseQuery) ? decidedBy(matching, facts) : undefined;
    if (session !== undefined && decider !== undefined && !facts.isPreflight && !logsAll) {
      const known = passes.recall(session, site.access, decider);
      if (known !== undefined) return allow(context, decider.name, known, session);
    }
    const visitor = { identity: session?.record.identity, now: now() };
    const decision =
      decider === undefined
        ? decide(matching, site.access, facts, visitor, readNarrowings(query))
        : decideBy(decider, site.access, facts, visitor);
    const { rule } = decision;
    if (decision.verdict === "allow") {
      if (logsAll) logAllowed(context, session, rule);
      if (session === undefined || decision.showing === "nothing")
        return allow(context, rule, anonymous, undefined);
      if (decision.showing === "identity")
        return allow(context, rule, passes.allowInPublic(session), session);
      return allow(context, rule, passes.allow(session, site.access, decider), session);
    }
    if (decision.verdict === "deny") return refuse.deny(context, session, decision);
    return challenge(context, decision);
  }

  /** Without the store the visitor is unknown: only a request that needs no identity passes. */
  function decideWithoutStore(context: VerifyContext, error: AuthError): HttpResponse {
    const facts = factsOf(context, undefined);
    const visitor = { identity: undefined, now: now() };
    const narrowings = readNarrowings(context.query);
    const decision = decide(rulesFor(facts), context.site.access, facts, visitor, narrowings);
    if (decision.verdict !== "allow") return refuse.unreachable(error, context);
    if (logsAll) logAllowed(context, undefined, decision.rule);
    return allow(context, decision.rule, anonymous, undefined);
  }

  /** With `log.decisions: all` only. */
  function logAllowed(context: VerifyContext, session: Session | undefined, rule: string): void {
    const who = { ...auditedIdentity(session?.record.identity), session: session?.digest };
    const reason = session === undefined ? "public" : "permitted";
    audit("allowed", reason, { ...auditedRequest(context), ...who, rule });
  }

  /** The only way to a 200 in this file: it lets a request pass, with an assertion if it carries an identity. */
  function allow(
    context: VerifyContext,
    rule: string,
    pass: Pass,
    session: Session | undefined,
  ): HttpResponse {
    allowCounts.of(context, rule).value++;
    return assertions === undefined || session === undefined
      ? pass.response
      : assertions.responseFor(pass, session, context);
  }

  function rulesFor(facts: RequestFacts): readonly Rule[] {
    return rules.length === 0 ? rules : rulesOf(facts.request, pathOf(facts));
  }

  function factsOf(
    { request, headers }: VerifyContext,
    provider: string | undefined,
  ): RequestFacts {
    return {
      request,
      provider,
      address: readsAddress ? visitorAddress(headers.get("x-forwarded-for"), isTrusted) : undefined,
      isPreflight: isPreflight(request, headers),
    };
  }
}

function needs(rules: readonly Rule[], fact: "address" | "provider"): boolean {
  return rules.some(({ conditions }) => conditions.some((condition) => condition.needs === fact));
}

/** RFC 9112 §3.2: reject duplicate Host headers. */
const repeatedHost: ForwardedResult = { dialect: undefined, malformed: "Host is repeated" };

/** Fetch §4.9: a preflight has an origin and the requested method; OPTIONS without them is an ordinary request. */
function isPreflight({ method }: ForwardedRequest, headers: RequestHeaders): boolean {
  return (
    method === "OPTIONS" &&
    (headers.get("origin") ?? "") !== "" &&
    (headers.get("access-control-request-method") ?? "") !== ""
  );
}

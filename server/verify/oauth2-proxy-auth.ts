import type { Site, SiteEntry } from "../config/site.ts";
import type { AppContext, Verify } from "../context.ts";
import { original } from "../forwarded/dialects.ts";
import {
  forwardedRequest,
  hostnameOf,
  isMalformed,
  type ForwardedRequest,
} from "../forwarded/forwarded-request.ts";
import { readForwarded, type ForwardedResult } from "../forwarded/read-forwarded.ts";
import { RequestHeaders } from "../forwarded/request-headers.ts";
import { createAddressRanges } from "../http/address-ranges.ts";
import { empty, type HttpResponse } from "../http/response.ts";
import { auditedIdentity } from "../identity/audited.ts";
import { everyRule } from "../observe/series.ts";
import type { Decision } from "../policy/decision.ts";
import { namedGroups } from "../policy/named-groups.ts";
import { readNarrowings } from "../policy/narrowing.ts";
import { decide } from "../policy/policy.ts";
import type { RequestFacts } from "../policy/request-facts.ts";
import { rulesForAnyUrl } from "../policy/rules-for-any-url.ts";
import type { Session } from "../session/session.ts";
import { createAllowHeaders } from "./allow-headers.ts";
import { createAuditedRequest } from "./audited-request.ts";
import { createAuthenticate, type Authentication } from "./authenticate.ts";
import { identified } from "./refusal.ts";
import { createRefusals } from "./refusals.ts";
import { createSetUpRefusals } from "./set-up-refusals.ts";
import type { VerifyContext } from "./verify-context.ts";

/**
 * `/oauth2/auth`, as configurations for oauth2-proxy use it: 202, 401 or 403, by the cookie. In such a configuration
 * the visitor can forge everything that describes the URL, the `Host` included. So 202 means that the identity may pass
 * everywhere, by every rule and at every site; a public rule allows nothing.
 */
export function createOAuth2ProxyAuth(app: AppContext): Verify {
  const { config, sites, siteOf, rules, counts, audit, log, now } = app;
  const logsAll = config.log.decisions === "all";
  const auditedRequest = createAuditedRequest(config.trustedProxies);
  const isTrusted = createAddressRanges(config.trustedProxies);
  const named = namedGroups(sites, rules);
  const { identityHeaders } = createAllowHeaders(config, log, named);
  // The visitor can forge the app's host, so there is no app to assert the identity to.
  const noAssertion = config.assertion === undefined ? [] : [config.assertion.header, ""];
  const urlFreeRules = rulesForAnyUrl(rules);
  const only = sites.length === 1 && sites[0]?.hosts === undefined ? sites[0]?.first : undefined;
  const setUp = createSetUpRefusals(app);
  const refuse = createRefusals(app);
  const authenticate = createAuthenticate(app, (context) => ({
    rules: urlFreeRules,
    facts: factsOf(context, undefined),
    // A visitor can write the X-Forwarded-For of such a configuration, and would be a new one with each guess.
    limitedAddress: context.peer,
  }));

  return function auth({ query, rawHeaders, peer }) {
    if (!isTrusted(peer)) return setUp.untrustedPeer(peer, rawHeaders);
    const headers = new RequestHeaders(rawHeaders);
    const request = forwardedRequest("GET", "https", hostOf(headers), "/");
    if (headers.isRepeated("host") || isMalformed(request))
      return setUp.malformed(
        { dialect, malformed: "Host is missing, repeated or not a host name" },
        headers,
        peer,
      );
    const site =
      siteAt(request) ?? siteAt(readForwarded(headers, config.dialect, undefined)) ?? only;
    if (site === undefined) return refuse.unknownHost({ dialect, request }, headers);
    const context = { dialect, request, headers, site, query, peer };
    const who = authenticate(context);
    return who instanceof Promise
      ? who.then((late) => respond(context, late))
      : respond(context, who);
  };

  /**
   * The site only selects the cookie. A proxy may send the name of the auth request's own address as `Host`: then the
   * forwarded request names the site, or else it is the only one.
   */
  function siteAt(found: ForwardedRequest | ForwardedResult): Site | undefined {
    if ("malformed" in found) return undefined;
    const request = "request" in found ? found.request : found;
    return siteOf(hostnameOf(request), request.host);
  }

  function respond(context: VerifyContext, who: Authentication): HttpResponse {
    switch (who.kind) {
      case "session":
      case "credentials":
        return decideFor(context, who.session);
      case "conflict":
        return decideFor(context, undefined);
      case "rejected":
        return refuse.credentials(context, who.rejection);
      case "issuer down":
        return refuse.issuerUnreachable(who.error, context);
      case "store down":
        return refuse.unreachable(who.error, context);
    }
  }

  function decideFor(context: VerifyContext, session: Session | undefined): HttpResponse {
    const { site } = context;
    const decisions = sites.map((entry) => decideAt(entry, context, session));
    const denial = decisions.find((decision) => decision.verdict === "deny");
    if (session !== undefined && denial !== undefined) return refuse.deny(context, session, denial);
    if (session === undefined || decisions.some(({ verdict }) => verdict !== "allow")) {
      counts.decisions.add("challenge", site.name, everyRule, dialect.name);
      counts.challenges.add("unauthorized");
      if (logsAll) audit("challenged", "no_session", auditedRequest(context));
      return identified(empty(401), context.headers);
    }
    counts.decisions.add("allow", site.name, everyRule, dialect.name);
    if (logsAll) {
      const who = { ...auditedIdentity(session.record.identity), session: session.digest };
      audit("allowed", "permitted", { ...auditedRequest(context), ...who });
    }
    return empty(202, ...identityHeaders(session.record), ...noAssertion);
  }

  function decideAt(
    { access }: SiteEntry,
    context: VerifyContext,
    session: Session | undefined,
  ): Decision {
    const identity = session?.record.identity;
    const facts = factsOf(context, identity?.provider);
    const visitor = { identity, now: now() };
    return decide(urlFreeRules, access, facts, visitor, readNarrowings(context.query));
  }
}

const dialect = original;

/** A container's name, which a proxy sends as `Host`, may have underscores. No host of a site is such a single label. */
function hostOf(headers: RequestHeaders): string {
  const host = headers.get("host") ?? "";
  return host.includes(".") ? host : host.replaceAll("_", "-");
}

function factsOf({ request }: VerifyContext, provider: string | undefined): RequestFacts {
  return { request, provider, address: undefined, isPreflight: false };
}

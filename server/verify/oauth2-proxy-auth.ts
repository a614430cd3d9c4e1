import { rulesForAnyUrl } from "../policy/rules-for-any-url.ts";
import type { RequestFacts } from "../policy/request-facts.ts";
import { createIdentityHeaders } from "../policy/identity-headers.ts";
import { readNarrowings } from "../policy/narrowing.ts";
import { decide, type Decision } from "../policy/policy.ts";
import { empty, type HttpResponse } from "../http/response.ts";
import type { Site } from "../config/site.ts";
import type { AppContext, Verify } from "../context.ts";
import { createAddressRanges } from "../http/address-ranges.ts";
import { dialects } from "../forwarded/dialects.ts";
import { forwardedRequest, hostnameOf, isMalformed } from "../forwarded/forwarded-request.ts";
import { RequestHeaders } from "../forwarded/request-headers.ts";
import { createRefusals, type VerifyContext } from "./refusals.ts";
import type { Session } from "../session/session.ts";
import { createWhoAsks } from "./authenticate.ts";

/**
 * What `/oauth2/auth` is to recipes of oauth2-proxy: 202, 401 or 403, about whoever sends the cookie. Such a
 * recipe has no word of the visitor's URL that a visitor could not have written, and its `Host` is no better. So
 * only who may pass everywhere gets 202, by every rule and at every site; what opens to everybody opens nothing.
 */
export function createOAuth2ProxyAuth(app: AppContext): Verify {
  const { config, sites, siteOf, rules, counts, log, now } = app;
  const isTrusted = createAddressRanges(config.trustedProxies);
  const identityHeaders = createIdentityHeaders(config.headers, log);
  const closing = rulesForAnyUrl(rules);
  const refuse = createRefusals(app);
  const whoAsks = createWhoAsks(app, refuse, {
    rulesTaking: () => closing,
    factsOf,
    answer,
    answerAdmitted: answer,
    withoutStore: (context, error) => refuse.unreachable(error, context),
  });

  return function auth({ query, rawHeaders, peer, site: own }) {
    if (!isTrusted(peer)) return refuse.untrustedPeer(peer);
    const headers = new RequestHeaders(rawHeaders);
    const request = forwardedRequest("GET", "https", headers.get("host") ?? "", "/");
    if (headers.isRepeated("host") || isMalformed(request))
      return refuse.malformed({ dialect, malformed: "Host is repeated or no host" }, headers);
    // The site only says whose cookie it may be. A proxy that asks under a name of ours for itself means the one there is.
    const site = siteOf(hostnameOf(request)) ?? (sites.length === 1 ? own : undefined);
    if (site === undefined) return refuse.unknownHost({ dialect, request }, headers);
    const context: VerifyContext = { dialect, request, headers, site, query };
    return whoAsks(context, peer);
  };

  function answer(context: VerifyContext, session: Session | undefined): HttpResponse {
    const decisions = sites.map((site) => decideAnywhere(context, site.access, session));
    const denial = decisions.find((decision) => decision.verdict === "deny");
    if (session !== undefined && denial !== undefined) return refuse.deny(context, session, denial);
    if (session === undefined || decisions.some(({ verdict }) => verdict !== "allow")) {
      counts.challenge++;
      return empty(401);
    }
    counts.allow++;
    return empty(202, ...identityHeaders(session.record));
  }

  function decideAnywhere(
    context: VerifyContext,
    access: Site["access"],
    session: Session | undefined,
  ): Decision {
    const identity = session?.record.identity;
    const facts = factsOf(context, identity?.provider);
    const visitor = { identity, now: now() };
    return decide(closing, access, facts, visitor, readNarrowings(context.query));
  }
}

const dialect = dialects.original;

function factsOf({ request }: VerifyContext, provider: string | undefined): RequestFacts {
  return { request, provider, address: undefined, isPreflight: false };
}

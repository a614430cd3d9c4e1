import { rulesAnywhere } from "../policy/rules-for-any-url.ts";
import type { Circumstances } from "../policy/request-facts.ts";
import { createIdentityHeaders } from "../policy/identity-headers.ts";
import { readNarrowings } from "../policy/narrowing.ts";
import { decide, type Decision } from "../policy/policy.ts";
import { empty, type Answer } from "../http/response.ts";
import type { Site } from "../config/site.ts";
import type { House, Verify } from "../context.ts";
import { createAddressRanges } from "../http/address-ranges.ts";
import { dialects } from "../forwarded/dialects.ts";
import { forwardedRequest, hostnameOf, isMalformed } from "../forwarded/forwarded-request.ts";
import { RequestHeaders } from "../forwarded/request-headers.ts";
import { createRefusals, type Asked } from "./refusals.ts";
import type { Session } from "../session/session.ts";
import { createWhoAsks } from "./authenticate.ts";

/**
 * What `/oauth2/auth` is to recipes of oauth2-proxy: 202, 401 or 403, about whoever sends the cookie. Such a
 * recipe has no word of the visitor's URL that a visitor could not have written, and its `Host` is no better. So
 * only who may pass everywhere gets 202, by every rule and at every site; what opens to everybody opens nothing.
 */
export function createAuth(house: House): Verify {
  const { config, sites, siteOf, rules, counts, log, now } = house;
  const isTrusted = createAddressRanges(config.trustedProxies);
  const identityHeaders = createIdentityHeaders(config.headers, log);
  const closing = rulesAnywhere(rules);
  const refuse = createRefusals(house);
  const whoAsks = createWhoAsks(house, refuse, {
    rulesTaking: () => closing,
    circumstancesOf,
    answer,
    answerAdmitted: answer,
    withoutStore: (asked, error) => refuse.unreachable(error, asked),
  });

  return function auth({ query, rawHeaders, peer, site: own }) {
    if (!isTrusted(peer)) return refuse.stranger(peer);
    const headers = new RequestHeaders(rawHeaders);
    const request = forwardedRequest("GET", "https", headers.get("host") ?? "", "/");
    if (headers.isRepeated("host") || isMalformed(request))
      return refuse.malformed({ dialect, malformed: "Host is repeated or no host" }, headers);
    // The site only says whose cookie it may be. A proxy that asks under a name of ours for itself means the one there is.
    const site = siteOf(hostnameOf(request)) ?? (sites.length === 1 ? own : undefined);
    if (site === undefined) return refuse.strangeHost({ dialect, request }, headers);
    const asked: Asked = { dialect, request, headers, site, query };
    return whoAsks(asked, peer);
  };

  function answer(asked: Asked, session: Session | undefined): Answer {
    const decisions = sites.map((site) => decideAnywhere(asked, site.access, session));
    const denial = decisions.find((decision) => decision.verdict === "deny");
    if (session !== undefined && denial !== undefined) return refuse.deny(asked, session, denial);
    if (session === undefined || decisions.some(({ verdict }) => verdict !== "allow")) {
      counts.challenge++;
      return empty(401);
    }
    counts.allow++;
    return empty(202, ...identityHeaders(session.record));
  }

  function decideAnywhere(
    asked: Asked,
    access: Site["access"],
    session: Session | undefined,
  ): Decision {
    const identity = session?.record.identity;
    const given = circumstancesOf(asked, identity?.provider);
    const visitor = { identity, now: now() };
    return decide(closing, access, given, visitor, readNarrowings(asked.query));
  }
}

const dialect = dialects.original;

function circumstancesOf({ request }: Asked, provider: string | undefined): Circumstances {
  return { request, provider, address: undefined, isPreflight: false };
}

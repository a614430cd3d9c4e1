import type { AppContext } from "../context.ts";
import { challengesOf, stepUpChallenge } from "../credentials/www-authenticate.ts";
import { signInRequired } from "../errors.ts";
import { urlOf } from "../forwarded/forwarded-request.ts";
import { empty, redirect, type HttpResponse } from "../http/response.ts";
import type { ChallengeKind } from "../observe/visitor-metrics.ts";
import { createRequestId } from "../observe/request-id.ts";
import { noReturnPage } from "../pages/no-return-page.ts";
import type { Decision } from "../policy/decision.ts";
import type { TargetFault } from "../sign-in/return-target.ts";
import { isForBrowser, jsonError, loggedUrl } from "./refusal.ts";
import { countRefusal } from "./refusal-counts.ts";
import { signInLocation, twoSessions } from "./sign-in-location.ts";
import type { VerifyContext } from "./verify-context.ts";

type Challenge = Extract<Decision, { verdict: "challenge" }>;

/** Every response of `/verify` that requires a sign-in, in the dialect of the proxy. */
export function createChallenges({ rules, counts, visitorLog, targetFault }: AppContext) {
  const ruleOf = new Map(rules.map((rule) => [rule.name, rule]));
  return { challenge, conflict, weakToken };

  function challenge(
    context: VerifyContext,
    { rule, stepUp }: Challenge,
    ...hints: string[]
  ): HttpResponse {
    const { site, dialect, request, headers } = context;
    if (!isForBrowser(headers)) {
      count(context, rule, stepUp === undefined ? "unauthorized" : "step_up");
      const challenges = challengesOf(ruleOf.get(rule), headers);
      return jsonError(dialect, 401, signInRequired, ...challenges);
    }
    const url = URL.parse(urlOf(request));
    const fault = url === null ? "host" : targetFault(site, url);
    if (fault !== undefined) return noReturn(context, fault);
    count(context, rule, stepUp === undefined ? "redirect" : "step_up");
    const location = signInLocation(site, request, stepUp, ...hints);
    if (!dialect.isShown) return empty(401, "Location", location);
    return redirect(request.method === "GET" || request.method === "HEAD" ? 302 : 303, location);
  }

  /** A sign-in ends both sessions. If the browser sends `/start` only one of them, `/start` learns of the other here. */
  function conflict(context: VerifyContext, decision: Challenge): HttpResponse {
    counts.challenges.add("two_sessions");
    visitorLog.warn(
      { host: context.request.host },
      "two live sessions in one browser; accepting neither",
    );
    return challenge(context, decision, twoSessions);
  }

  /** RFC 9470: the client has to obtain a token of a stronger or fresher sign-in. */
  function weakToken(context: VerifyContext, { rule, stepUp }: Challenge): HttpResponse {
    count(context, rule, "step_up");
    const { dialect } = context;
    const error = "insufficient_user_authentication";
    return jsonError(dialect, 401, error, "WWW-Authenticate", stepUpChallenge(stepUp));
  }

  /** After a sign-in the browser would arrive elsewhere, or here again without a session. */
  function noReturn(context: VerifyContext, fault: TargetFault): HttpResponse {
    countRefusal(counts, "deny", "no_return", context);
    const { site, dialect, request } = context;
    const requestId = createRequestId();
    const mend = fixes[fault](request.host, site.url.href);
    visitorLog.warn(
      { requestId, url: loggedUrl(request), fault, mend },
      "denied: no sign-in can lead back to this URL",
    );
    return dialect.isShown ? noReturnPage(fault, urlOf(request), requestId) : empty(403);
  }

  function count({ site, dialect }: VerifyContext, rule: string, kind: ChallengeKind): void {
    counts.decisions.add("challenge", site.name, rule, dialect.name);
    counts.challenges.add(kind);
  }
}

const fixes: Readonly<Record<TargetFault, (host: string, site: string) => string>> = {
  scheme: (_, site) =>
    `the proxy reports http, and browsers send the cookie of ${site} over https only: redirect http to https, or correct the scheme that the proxy sends (behind another proxy that ends TLS, make it trust that proxy's X-Forwarded-Proto)`,
  host: (host, site) =>
    `the cookie of ${site} does not reach ${host}: set cookie.domain, or add a site for the host`,
  port: (host) =>
    `if an app listens at ${host}, name it in a rule (host: ${host}) or in allowedRedirects`,
  "own endpoint": (_, site) =>
    `this is doorward's own address: let the proxy pass requests below ${site} to doorward without asking /verify`,
};

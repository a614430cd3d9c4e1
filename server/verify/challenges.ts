import type { ProtectedResource } from "../config/protected-resources.ts";
import type { AppContext } from "../context.ts";
import { challengesOf, stepUpChallenge } from "../credentials/www-authenticate.ts";
import { signInRequired } from "../errors.ts";
import { urlOf } from "../forwarded/forwarded-request.ts";
import { empty, redirect, type HttpResponse } from "../http/response.ts";
import type { ReasonOf } from "../observe/events.ts";
import type { ChallengeKind } from "../observe/visitor-metrics.ts";
import { notSetUpPage, plainHttpPage } from "../pages/not-set-up-page.ts";
import type { Decision } from "../policy/decision.ts";
import type { TargetFault } from "../sign-in/return-target.ts";
import { createAuditedRequest } from "./audited-request.ts";
import { identified, isForBrowser, jsonError } from "./refusal.ts";
import { countRefusal } from "./refusal-counts.ts";
import { signInLocation, twoSessions } from "./sign-in-location.ts";
import type { VerifyContext } from "./verify-context.ts";

type Challenge = Extract<Decision, { verdict: "challenge" }>;

/** Every response of `/verify` that requires a sign-in, in the dialect of the proxy. */
export function createChallenges(app: AppContext) {
  const { config, rules, resources, counts, audit, visitorLog, targetFault, showPage } = app;
  const logsAll = config.log.decisions === "all";
  const auditedRequest = createAuditedRequest(config.trustedProxies);
  const ruleOf = new Map(rules.map((rule) => [rule.name, rule]));
  return {
    challenge: (context: VerifyContext, decision: Challenge) =>
      identified(challenge(context, decision), context.headers),
    conflict: (context: VerifyContext, decision: Challenge) =>
      identified(conflict(context, decision), context.headers),
    weakToken: (context: VerifyContext, decision: Challenge) =>
      identified(weakToken(context, decision), context.headers),
  };

  function challenge(
    context: VerifyContext,
    { rule, stepUp }: Challenge,
    ...hints: string[]
  ): HttpResponse {
    const { site, dialect, request, headers } = context;
    const reason = hints.includes(twoSessions) ? "conflict" : stepUp ? "step_up" : "no_session";
    if (!isForBrowser(headers)) {
      count(context, rule, stepUp ? "step_up" : "unauthorized", reason);
      const challenges = challengesOf(ruleOf.get(rule), headers, resourceOf(rule));
      return jsonError(dialect, 401, signInRequired, ...challenges);
    }
    const url = URL.parse(urlOf(request));
    const fault = url === null ? "host" : targetFault(site.signInSite ?? site, url);
    if (fault !== undefined) return noReturn(context, fault);
    count(context, rule, stepUp ? "step_up" : "redirect", reason);
    const location = signInLocation(site, request, stepUp, ...hints);
    if (!dialect.isShown) return empty(401, "Location", location);
    return redirect(request.method === "GET" || request.method === "HEAD" ? 302 : 303, location);
  }

  /** A sign-in ends both sessions. If the browser sends `/start` only one of them, `/start` learns of the other here. */
  function conflict(context: VerifyContext, decision: Challenge): HttpResponse {
    counts.challenges.add("two_sessions");
    visitorLog.warn(
      { requestId: context.headers.requestId, host: context.request.host },
      "two live sessions, or more than four session cookies, in one browser; accepting none",
    );
    return challenge(context, decision, twoSessions);
  }

  /** RFC 9470: the client has to obtain a token of a stronger or fresher sign-in. */
  function weakToken(context: VerifyContext, { rule, stepUp }: Challenge): HttpResponse {
    count(context, rule, "step_up", "step_up");
    const error = "insufficient_user_authentication";
    const value = stepUpChallenge(stepUp, resourceOf(rule));
    return jsonError(context.dialect, 401, error, "WWW-Authenticate", value);
  }

  function resourceOf(name: string): ProtectedResource | undefined {
    const rule = ruleOf.get(name);
    return rule && resources.get(rule.config);
  }

  function count(
    context: VerifyContext,
    rule: string,
    kind: ChallengeKind,
    reason: ReasonOf<"challenged">,
  ): void {
    counts.decisions.add("challenge", context.site.name, rule, context.dialect.name);
    counts.challenges.add(kind);
    if (logsAll) audit("challenged", reason, { ...auditedRequest(context), rule });
  }

  /** After a sign-in the browser would arrive elsewhere, or here again without a session. */
  function noReturn(context: VerifyContext, fault: TargetFault): HttpResponse {
    countRefusal(counts, "deny", "no_return", context);
    const { site, dialect, request, headers } = context;
    const { requestId } = headers;
    audit("denied", noReturnReasons[fault], () => ({
      fields: auditedRequest(context),
      details: { scheme: request.scheme, mend: fixes[fault](request.host, site.url.href) },
    }));
    if (!dialect.isShown) return empty(403);
    const target = URL.parse(urlOf(request));
    const page =
      fault === "scheme" && target !== null
        ? plainHttpPage(target, requestId)
        : notSetUpPage(fault === "scheme" ? "host" : fault, {
            host: request.host,
            url: target?.href,
            requestId,
          });
    return showPage(page, headers.get("accept-language"));
  }
}

const noReturnReasons = {
  scheme: "no_return_scheme",
  host: "no_return_host",
  port: "no_return_port",
  "own endpoint": "no_return_own_endpoint",
} as const satisfies Readonly<Record<TargetFault, ReasonOf<"denied">>>;

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

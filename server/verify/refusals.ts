import type { Rejection } from "../credentials/authenticate-credentials.ts";
import { bearsToken } from "../credentials/authorization.ts";
import type { Decision } from "../policy/policy.ts";
import { isAsked, type StepUp } from "../identity/step-up.ts";
import {
  challengesOf,
  passwordChallenge,
  stepUpChallenge,
  tokenChallenge,
} from "../credentials/www-authenticate.ts";
import { empty, json, redirect, type HttpResponse } from "../http/response.ts";
import type { Site } from "../config/site.ts";
import type { AppContext } from "../context.ts";
import { AuthError } from "../errors.ts";
import type { Dialect } from "../forwarded/dialects.ts";
import { urlOf, type ForwardedRequest } from "../forwarded/forwarded-request.ts";
import { isNavigation } from "../forwarded/navigation.ts";
import type { RequestHeaders } from "../forwarded/request-headers.ts";
import type { ForwardedResult } from "../forwarded/read-forwarded.ts";
import { reasonsOf } from "../observe/log.ts";
import { noGroups } from "../observe/no-groups.ts";
import { createRequestId } from "../observe/request-id.ts";
import { deniedPage, unknownHostPage } from "../pages/denied-page.ts";
import { failedPage } from "../pages/failed-page.ts";
import type { Session } from "../session/session.ts";

/** A request that a proxy told of, and how it told of it. */
export interface VerifyContext {
  readonly dialect: Dialect;
  readonly request: ForwardedRequest;
  readonly headers: RequestHeaders;
  readonly site: Site;
  /** Our own query, without its question mark. */
  readonly query: string;
}

export const signInRequired = { error: "sign_in_required" };

/** The `Location` of a challenge stays under 2 KiB, for nginx reads a head of 4. */
const longestLocation = 2_047;

type Challenge = Extract<Decision, { verdict: "challenge" }>;

/** Every way in which `/verify` says no: in the words of the proxy, and for a person or for a program. */
export function createRefusals({ sites, rules, counts, log }: AppContext) {
  const ruleOf = new Map(rules.map((rule) => [rule.name, rule]));
  return {
    challenge,
    weakToken,
    credentials,
    deny,
    unknownHost,
    untrustedPeer,
    malformed,
    unreachable,
    issuerUnreachable,
  };

  function challenge(
    { site, dialect, request, headers }: VerifyContext,
    { rule, stepUp }: Challenge,
  ) {
    counts.challenge++;
    if (!isForAPerson(headers)) {
      const challenges = challengesOf(ruleOf.get(rule), headers);
      return jsonError(dialect, 401, signInRequired.error, ...challenges);
    }
    const location = signInLocation(site, request, stepUp);
    if (!dialect.isShown) return empty(401, "Location", location);
    return redirect(request.method === "GET" || request.method === "HEAD" ? 302 : 303, location);
  }

  /** A token can be no stronger than it is: whoever sent it has to fetch another one. */
  function weakToken({ dialect }: VerifyContext, { stepUp }: Challenge): HttpResponse {
    counts.challenge++;
    const error = "insufficient_user_authentication";
    return jsonError(dialect, 401, error, "WWW-Authenticate", stepUpChallenge(stepUp));
  }

  function credentials(
    { dialect, request }: VerifyContext,
    { code, reason, scopes }: Rejection,
  ): HttpResponse {
    const isKnown = code === "insufficient_scope";
    counts[isKnown ? "deny" : "challenge"]++;
    log.info({ requestId: createRequestId(), url: loggedUrl(request), code, reason }, "refused");
    if (code === "invalid_token" || isKnown) {
      const value = tokenChallenge(code, scopes && { scope: scopes.join(" ") });
      return jsonError(dialect, isKnown ? 403 : 401, code, "WWW-Authenticate", value);
    }
    const ask = ["WWW-Authenticate", passwordChallenge];
    if (code === "invalid_password") return jsonError(dialect, 401, code, ...ask);
    // nginx makes 500 of a 429.
    return jsonError(dialect, dialect.isShown ? 429 : 401, code, ...ask, "Retry-After", "60");
  }

  function deny(
    { site, dialect, request, headers }: VerifyContext,
    session: Session | undefined,
    { rule, reason }: Extract<Decision, { verdict: "deny" }>,
  ): HttpResponse {
    counts.deny++;
    const requestId = createRequestId();
    const identity = session?.record.identity;
    const { issuer, subject, groupsFault } = identity ?? {};
    const why = { rule, reason, ...noGroups(groupsFault) };
    log.info({ requestId, issuer, subject, url: loggedUrl(request), ...why }, "denied");
    if (!dialect.isShown) return empty(403);
    if (!isForAPerson(headers)) return json(403, { error: "forbidden", requestId });
    const otherAccount = `${signInLocation(site, request)}&prompt=select_account`;
    return deniedPage(identity, { otherAccount, signOut: site.address("sign_out") }, requestId);
  }

  function unknownHost(
    { dialect, request }: { dialect: Dialect; request: ForwardedRequest },
    headers: RequestHeaders,
  ): HttpResponse {
    counts.deny++;
    const requestId = createRequestId();
    const known = sites.map(({ url }) => url.href).join(", ");
    const mend = `no cookie of ${known} reaches this host: set cookie.domain, or give the host a site`;
    log.warn({ requestId, host: request.host, mend }, "denied: no site covers the host");
    if (!dialect.isShown) return empty(403);
    if (!isForAPerson(headers))
      return json(403, { error: "unknown_host", host: request.host, requestId });
    return unknownHostPage(request.host, requestId);
  }

  function untrustedPeer(peer: string | undefined): HttpResponse {
    counts.refused++;
    const mend = "if this is your proxy, add its address to trustedProxies";
    log.warn({ peer, mend }, "refused: not a trusted proxy");
    return json(403, { error: "untrusted_peer" });
  }

  function malformed(
    result: Exclude<ForwardedResult, { request: unknown }>,
    headers: RequestHeaders,
  ): HttpResponse {
    counts.refused++;
    const message = result.isConflict ? "refused: proxy header conflict" : "refused: malformed";
    const original = headers.get("x-original-url") !== undefined;
    log.warn({ reason: result.malformed, original }, message);
    const status = result.dialect?.malformedStatus ?? 400;
    const isShown = result.dialect?.isShown !== false;
    return isShown ? json(status, { error: "malformed_request" }) : empty(status);
  }

  /** No yes, and no sign-in begun: whoever is signed in still is, once the store is back. */
  function unreachable(error: unknown, context: VerifyContext | undefined): HttpResponse {
    if (!(error instanceof AuthError)) throw error;
    counts.storeUnreachable++;
    const requestId = createRequestId();
    log.error({ requestId, reason: reasonsOf(error) }, "the session store cannot be reached");
    const status = context?.dialect.storeUnreachableStatus ?? 503;
    if (!context?.dialect.isShown || !isForAPerson(context.headers)) {
      return empty(status, "Retry-After", "5");
    }
    return failedPage(
      { code: "store_unreachable", status },
      new URL(urlOf(context.request)),
      requestId,
    );
  }

  /** The token may be good; nobody can tell now, so it is neither taken nor called bad. */
  function issuerUnreachable(error: unknown, { dialect }: VerifyContext): HttpResponse {
    if (!(error instanceof AuthError)) throw error;
    const { code } = error;
    log.error({ requestId: createRequestId(), code, reason: reasonsOf(error) }, "no issuer to ask");
    return jsonError(dialect, dialect.storeUnreachableStatus, code, "Retry-After", "5");
  }
}

/** Whether a page or a redirect is of use: somebody looks on, and no program that brought a token. */
function isForAPerson(headers: RequestHeaders): boolean {
  return isNavigation(headers) && !bearsToken(headers);
}

/** A refusal for programs: its name in JSON where the proxy shows it. */
function jsonError(
  { isShown }: Dialect,
  status: number,
  error: string,
  ...headers: string[]
): HttpResponse {
  return isShown ? json(status, { error }, ...headers) : empty(status, ...headers);
}

export type Refusals = ReturnType<typeof createRefusals>;

/** Where to sign in and come back from. A URL too long for a head falls back to its origin's root. */
function signInLocation(site: Site, request: ForwardedRequest, stepUp?: StepUp): string {
  const start = `${site.address("start")}?rd=`;
  const asks = stepUp === undefined ? "" : stepUpQuery(stepUp);
  const location = start + encodeURIComponent(urlOf(request)) + asks;
  if (location.length <= longestLocation) return location;
  return start + encodeURIComponent(urlOf({ ...request, uri: "/" })) + asks;
}

/** In the words of OpenID Connect Core §3.1.2.1. Whoever strips them is challenged again. */
function stepUpQuery(stepUp: StepUp): string {
  if (!isAsked(stepUp)) return "";
  const query = new URLSearchParams();
  if (stepUp.maxAgeMs !== undefined)
    query.set("max_age", String(Math.floor(stepUp.maxAgeMs / 1000)));
  if (stepUp.acr !== undefined) query.set("acr_values", stepUp.acr.join(" "));
  return `&${query}`;
}

/** Without the query, which may hold what is nobody's business. */
function loggedUrl(request: ForwardedRequest): string {
  return urlOf({ ...request, uri: request.uri.split("?", 1)[0] ?? "/" });
}

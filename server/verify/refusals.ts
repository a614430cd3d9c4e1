import type { AppContext } from "../context.ts";
import type { Rejection } from "../credentials/authenticate-credentials.ts";
import { passwordChallenge, tokenChallenge } from "../credentials/www-authenticate.ts";
import type { AuthError } from "../errors.ts";
import { urlOf } from "../forwarded/forwarded-request.ts";
import type { ForwardedResult } from "../forwarded/read-forwarded.ts";
import type { RequestHeaders } from "../forwarded/request-headers.ts";
import { empty, json, type HttpResponse } from "../http/response.ts";
import { auditedClaims, auditedIdentity } from "../identity/audited.ts";
import { reasonsOf } from "../observe/log.ts";
import { closedPage, deniedPage } from "../pages/denied-page.ts";
import { failedPage } from "../pages/failed-page.ts";
import { notSetUpPage } from "../pages/not-set-up-page.ts";
import { appNameOf } from "../policy/app-name.ts";
import type { Decision } from "../policy/decision.ts";
import type { Session } from "../session/session.ts";
import { createAuditedRequest } from "./audited-request.ts";
import { identified, isForBrowser, jsonError } from "./refusal.ts";
import { countRefusal } from "./refusal-counts.ts";
import { signInLocation } from "./sign-in-location.ts";
import type { VerifyContext } from "./verify-context.ts";

type Denial = Extract<Decision, { verdict: "deny" }>;
type Found = Extract<ForwardedResult, { request: unknown }>;

/** Every refusal of `/verify` to a request that a proxy described, in its dialect, for a browser or a program. */
export function createRefusals(app: AppContext) {
  const { config, sites, rules, rulesOf, counts, audit, visitorLog, showPage } = app;
  const closing = new Set(rules.filter((rule) => rule.config.deny).map(({ name }) => name));
  const auditedRequest = createAuditedRequest(config.trustedProxies);
  const known = sites.map(({ name }) => name).join(", ");
  const mendOfHost = `no cookie of ${known} reaches this host: set cookie.domain (or hosts, if url has {host}), or add a site for the host`;
  return {
    unknownHost: (found: Found, headers: RequestHeaders) =>
      identified(unknownHost(found, headers), headers),
    deny: (context: VerifyContext, session: Session | undefined, denial: Denial) =>
      identified(deny(context, session, denial), context.headers),
    credentials: (context: VerifyContext, rejection: Rejection) =>
      identified(credentials(context, rejection), context.headers),
    unreachable: (error: AuthError, context: VerifyContext) =>
      identified(unreachable(error, context), context.headers),
    issuerUnreachable: (error: AuthError, context: VerifyContext) =>
      identified(issuerUnreachable(error, context), context.headers),
  };

  function credentials(
    context: VerifyContext,
    { code, reason: detail, scopes, resource }: Rejection,
  ): HttpResponse {
    const { dialect } = context;
    const isKnown = code === "insufficient_scope";
    countRefusal(counts, isKnown ? "deny" : "challenge", code, context);
    audit("credentials_refused", code, () => ({
      fields: auditedRequest(context),
      details: { detail },
    }));
    if (code === "invalid_token" || isKnown) {
      const value = tokenChallenge(code, scopes && { scope: scopes.join(" ") }, resource);
      return jsonError(dialect, isKnown ? 403 : 401, code, "WWW-Authenticate", value);
    }
    const challenges = ["WWW-Authenticate", passwordChallenge];
    if (code === "invalid_password") return jsonError(dialect, 401, code, ...challenges);
    // nginx turns a 429 into a 500.
    return jsonError(
      dialect,
      dialect.isShown ? 429 : 401,
      code,
      ...challenges,
      "Retry-After",
      "60",
    );
  }

  function deny(
    context: VerifyContext,
    session: Session | undefined,
    { rule, code, gaps = {} }: Denial,
  ): HttpResponse {
    const { site, dialect, request, headers } = context;
    counts.decisions.add("deny", site.name, rule, dialect.name);
    const { requestId } = headers;
    const identity = session?.record.identity;
    if (identity === undefined) {
      audit("denied", code, () => ({
        fields: { ...auditedRequest(context), session: session?.digest, rule },
        details: gaps,
      }));
    } else {
      const who = { ...auditedIdentity(identity), session: session?.digest };
      const had = auditedClaims(identity);
      audit("denied", code, { ...auditedRequest(context), ...who, rule }, { ...had, ...gaps });
    }
    if (!dialect.isShown) return empty(403);
    if (!isForBrowser(headers)) return json(403, { error: "forbidden", requestId });
    const appName = appNameOf(rulesOf, request);
    const acceptLanguage = headers.get("accept-language");
    if (identity === undefined || closing.has(rule))
      return showPage(closedPage(appName, urlOf(request), requestId), acceptLanguage);
    const otherAccount = `${signInLocation(site, request)}&prompt=select_account`;
    const links = { otherAccount, signOut: site.address("sign_out") };
    const logLine = { requestId, fields: Object.keys(gaps) };
    return showPage(deniedPage(identity, appName, links, logLine), acceptLanguage);
  }

  function unknownHost({ dialect, request }: Found, headers: RequestHeaders): HttpResponse {
    countRefusal(counts, "deny", "unknown_host", { dialect });
    const { requestId } = headers;
    audit("denied", "unknown_host", () => ({
      fields: auditedRequest({ headers, request }),
      details: { mend: mendOfHost },
    }));
    if (!dialect.isShown) return empty(403);
    if (!isForBrowser(headers))
      return json(403, { error: "unknown_host", host: request.host, requestId });
    const details = { host: request.host, url: urlOf(request), requestId };
    return showPage(notSetUpPage("host", details), headers.get("accept-language"));
  }

  /** Neither an allow nor a sign-in: the session still exists when the store is back. */
  function unreachable(error: AuthError, context: VerifyContext): HttpResponse {
    countRefusal(counts, "unavailable", "store_unreachable", context);
    const { requestId } = context.headers;
    visitorLog.error({ requestId, reason: reasonsOf(error) }, "session store unreachable");
    const status = context.dialect.storeUnreachableStatus;
    if (!context.dialect.isShown || !isForBrowser(context.headers)) {
      return empty(status, "Retry-After", "5");
    }
    const failure = { code: "store_unreachable", status } as const;
    const page = failedPage(failure, new URL(urlOf(context.request)), requestId);
    return showPage(page, context.headers.get("accept-language"), "Retry-After", "5");
  }

  /** It is unknown whether the token is valid, so it is neither accepted nor rejected as invalid. */
  function issuerUnreachable(error: AuthError, context: VerifyContext): HttpResponse {
    countRefusal(counts, "unavailable", "issuer_unreachable", context);
    const { code } = error;
    const {
      dialect,
      headers: { requestId },
    } = context;
    visitorLog.error(
      { requestId, code, reason: reasonsOf(error) },
      "cannot validate the token: issuer unreachable",
    );
    return jsonError(dialect, dialect.storeUnreachableStatus, code, "Retry-After", "5");
  }
}

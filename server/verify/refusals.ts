import type { AppContext } from "../context.ts";
import type { Rejection } from "../credentials/authenticate-credentials.ts";
import { passwordChallenge, tokenChallenge } from "../credentials/www-authenticate.ts";
import type { AuthError } from "../errors.ts";
import type { Dialect } from "../forwarded/dialects.ts";
import { urlOf, type ForwardedRequest } from "../forwarded/forwarded-request.ts";
import type { ForwardedResult } from "../forwarded/read-forwarded.ts";
import type { RequestHeaders } from "../forwarded/request-headers.ts";
import { empty, json, type HttpResponse } from "../http/response.ts";
import { reasonsOf } from "../observe/log.ts";
import { createRequestId } from "../observe/request-id.ts";
import { deniedPage, unknownHostPage } from "../pages/denied-page.ts";
import { failedPage } from "../pages/failed-page.ts";
import type { Decision } from "../policy/decision.ts";
import type { Session } from "../session/session.ts";
import { isForBrowser, jsonError, loggedUrl } from "./refusal.ts";
import { countRefusal } from "./refusal-counts.ts";
import { signInLocation } from "./sign-in-location.ts";
import type { VerifyContext } from "./verify-context.ts";

/** Every refusal of `/verify`, in the dialect of the proxy, for a browser navigation or a program. */
export function createRefusals({ sites, counts, log, visitorLog }: AppContext) {
  return {
    credentials,
    deny,
    unknownHost,
    untrustedPeer,
    spoofed,
    malformed,
    unreachable,
    issuerUnreachable,
  };

  function credentials(context: VerifyContext, { code, reason, scopes }: Rejection): HttpResponse {
    const { dialect, request } = context;
    const isKnown = code === "insufficient_scope";
    countRefusal(counts, isKnown ? "deny" : "challenge", code, context);
    visitorLog.info(
      { requestId: createRequestId(), url: loggedUrl(request), code, reason },
      "refused",
    );
    if (code === "invalid_token" || isKnown) {
      const value = tokenChallenge(code, scopes && { scope: scopes.join(" ") });
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
    { site, dialect, request, headers }: VerifyContext,
    session: Session | undefined,
    { rule, reason, gaps = {} }: Extract<Decision, { verdict: "deny" }>,
  ): HttpResponse {
    counts.decisions.add("deny", site.name, rule, dialect.name);
    const requestId = createRequestId();
    const identity = session?.record.identity;
    const { issuer, subject } = identity ?? {};
    const why = { rule, reason, ...gaps };
    // A denial of an identity is an audit record, and none is left out.
    const logged = identity === undefined ? visitorLog : log;
    logged.info({ requestId, issuer, subject, url: loggedUrl(request), ...why }, "denied");
    if (!dialect.isShown) return empty(403);
    if (!isForBrowser(headers)) return json(403, { error: "forbidden", requestId });
    const otherAccount = `${signInLocation(site, request)}&prompt=select_account`;
    const links = { otherAccount, signOut: site.address("sign_out") };
    return deniedPage(identity, links, { requestId, fields: Object.keys(gaps) });
  }

  function unknownHost(
    { dialect, request }: { dialect: Dialect; request: ForwardedRequest },
    headers: RequestHeaders,
  ): HttpResponse {
    countRefusal(counts, "deny", "unknown_host", { dialect });
    const requestId = createRequestId();
    const known = sites.map(({ name }) => name).join(", ");
    const fix = `no cookie of ${known} reaches this host: set cookie.domain (or hosts, if url has {host}), or add a site for the host`;
    visitorLog.warn(
      { requestId, host: request.host, mend: fix },
      "denied: no site covers the host",
    );
    if (!dialect.isShown) return empty(403);
    if (!isForBrowser(headers))
      return json(403, { error: "unknown_host", host: request.host, requestId });
    return unknownHostPage(request.host, requestId);
  }

  function untrustedPeer(peer: string | undefined): HttpResponse {
    countRefusal(counts, "refused", "untrusted_peer");
    const fix = "if this is your proxy, add its address to trustedProxies";
    visitorLog.warn({ peer, mend: fix }, "refused: not a trusted proxy");
    return json(403, { error: "untrusted_peer" });
  }

  /** The visitor's own identity header could reach the app together with doorward's. */
  function spoofed(dialect: Dialect, header: string): HttpResponse {
    countRefusal(counts, "refused", "spoofed_header", { dialect });
    const mend = "if a gate in front sends it, remove it in the proxy, for the app and for /verify";
    visitorLog.warn(
      { header: header.slice(0, 100), mend },
      "refused: identity header of the visitor",
    );
    if (!dialect.isShown) return empty(dialect.malformedStatus);
    return json(400, { error: "identity_header", header });
  }

  function malformed(
    result: Exclude<ForwardedResult, { request: unknown }>,
    headers: RequestHeaders,
  ): HttpResponse {
    countRefusal(counts, "refused", result.isConflict ? "header_conflict" : "malformed", result);
    const message = result.isConflict ? "refused: proxy header conflict" : "refused: malformed";
    const original = headers.get("x-original-url") !== undefined;
    visitorLog.warn({ reason: result.malformed, original }, message);
    const status = result.dialect?.malformedStatus ?? 400;
    const isShown = result.dialect?.isShown !== false;
    return isShown ? json(status, { error: "malformed_request" }) : empty(status);
  }

  /** Neither an allow nor a sign-in: the session still exists when the store is back. */
  function unreachable(error: AuthError, context: VerifyContext): HttpResponse {
    countRefusal(counts, "unavailable", "store_unreachable", context);
    const requestId = createRequestId();
    visitorLog.error({ requestId, reason: reasonsOf(error) }, "session store unreachable");
    const status = context.dialect.storeUnreachableStatus;
    if (!context.dialect.isShown || !isForBrowser(context.headers)) {
      return empty(status, "Retry-After", "5");
    }
    const page = { code: "store_unreachable", status } as const;
    return failedPage(page, new URL(urlOf(context.request)), requestId);
  }

  /** It is unknown whether the token is valid, so it is neither accepted nor rejected as invalid. */
  function issuerUnreachable(error: AuthError, context: VerifyContext): HttpResponse {
    countRefusal(counts, "unavailable", "issuer_unreachable", context);
    const { code } = error;
    const { dialect } = context;
    const requestId = createRequestId();
    visitorLog.error(
      { requestId, code, reason: reasonsOf(error) },
      "cannot validate the token: issuer unreachable",
    );
    return jsonError(dialect, dialect.storeUnreachableStatus, code, "Retry-After", "5");
  }
}

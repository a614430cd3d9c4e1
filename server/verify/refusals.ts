import type { AppContext } from "../context.ts";
import type { Rejection } from "../credentials/authenticate-credentials.ts";
import { passwordChallenge, tokenChallenge } from "../credentials/www-authenticate.ts";
import type { AuthError } from "../errors.ts";
import type { Dialect } from "../forwarded/dialects.ts";
import { urlOf } from "../forwarded/forwarded-request.ts";
import type { ForwardedResult } from "../forwarded/read-forwarded.ts";
import type { RequestHeaders } from "../forwarded/request-headers.ts";
import { empty, json, type HttpResponse } from "../http/response.ts";
import { reasonsOf } from "../observe/log.ts";
import { createRequestId, requestIdHeader } from "../observe/request-id.ts";
import { deniedPage, unknownHostPage } from "../pages/denied-page.ts";
import { failedPage } from "../pages/failed-page.ts";
import type { Decision } from "../policy/decision.ts";
import type { Session } from "../session/session.ts";
import { identified, isForBrowser, jsonError, loggedUrl } from "./refusal.ts";
import { signInLocation } from "./sign-in-location.ts";
import type { VerifyContext } from "./verify-context.ts";

type Denial = Extract<Decision, { verdict: "deny" }>;
type Found = Extract<ForwardedResult, { request: unknown }>;
type MalformedResult = Exclude<ForwardedResult, Found>;

/** Every refusal of `/verify`, in the dialect of the proxy, for a browser navigation or a program. */
export function createRefusals({ sites, counts, log, visitorLog }: AppContext) {
  return {
    untrustedPeer,
    spoofed: (dialect: Dialect, headers: RequestHeaders, header: string) =>
      identified(spoofed(dialect, headers, header), headers),
    malformed: (result: MalformedResult, headers: RequestHeaders) =>
      identified(malformed(result, headers), headers),
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
    { dialect, request, headers: { requestId } }: VerifyContext,
    { code, reason, scopes }: Rejection,
  ): HttpResponse {
    const isKnown = code === "insufficient_scope";
    counts[isKnown ? "deny" : "challenge"]++;
    visitorLog.info({ requestId, url: loggedUrl(request), code, reason }, "refused");
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
    { rule, reason, gaps = {} }: Denial,
  ): HttpResponse {
    counts.deny++;
    const { requestId } = headers;
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

  function unknownHost({ dialect, request }: Found, headers: RequestHeaders): HttpResponse {
    counts.deny++;
    const { requestId } = headers;
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
    counts.refused++;
    const requestId = createRequestId();
    const fix = "if this is your proxy, add its address to trustedProxies";
    visitorLog.warn({ requestId, peer, mend: fix }, "refused: not a trusted proxy");
    return json(403, { error: "untrusted_peer", requestId }, requestIdHeader, requestId);
  }

  /** The visitor's own identity header could reach the app together with doorward's. */
  function spoofed(
    dialect: Dialect,
    { requestId }: Pick<RequestHeaders, "requestId">,
    header: string,
  ): HttpResponse {
    counts.refused++;
    const mend = "if a gate in front sends it, remove it in the proxy, for the app and for /verify";
    visitorLog.warn(
      { requestId, header: header.slice(0, 100), mend },
      "refused: identity header of the visitor",
    );
    if (!dialect.isShown) return empty(dialect.malformedStatus);
    return json(400, { error: "identity_header", header, requestId });
  }

  function malformed(result: MalformedResult, headers: RequestHeaders): HttpResponse {
    counts.refused++;
    const message = result.isConflict ? "refused: proxy header conflict" : "refused: malformed";
    const original = headers.get("x-original-url") !== undefined;
    const { requestId } = headers;
    visitorLog.warn({ requestId, reason: result.malformed, original }, message);
    const status = result.dialect?.malformedStatus ?? 400;
    const isShown = result.dialect?.isShown !== false;
    return isShown ? json(status, { error: "malformed_request", requestId }) : empty(status);
  }

  /** Neither an allow nor a sign-in: the session still exists when the store is back. */
  function unreachable(error: AuthError, context: VerifyContext): HttpResponse {
    counts.storeUnreachable++;
    const { requestId } = context.headers;
    visitorLog.error({ requestId, reason: reasonsOf(error) }, "session store unreachable");
    const status = context.dialect.storeUnreachableStatus;
    if (!context.dialect.isShown || !isForBrowser(context.headers)) {
      return empty(status, "Retry-After", "5");
    }
    const page = { code: "store_unreachable", status } as const;
    return failedPage(page, new URL(urlOf(context.request)), requestId);
  }

  /** It is unknown whether the token is valid, so it is neither accepted nor rejected as invalid. */
  function issuerUnreachable(
    error: AuthError,
    { dialect, headers: { requestId } }: VerifyContext,
  ): HttpResponse {
    const { code } = error;
    visitorLog.error(
      { requestId, code, reason: reasonsOf(error) },
      "cannot validate the token: issuer unreachable",
    );
    return jsonError(dialect, dialect.storeUnreachableStatus, code, "Retry-After", "5");
  }
}

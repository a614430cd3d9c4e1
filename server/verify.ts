import { createIdentityHeaders } from "./access/identity-headers.ts";
import { readNarrowings } from "./access/narrowing.ts";
import { decide, type Decision } from "./access/policy.ts";
import { empty, json, redirect, type Answer } from "./answer.ts";
import type { Site } from "./config/site.ts";
import type { Door } from "./door.ts";
import { AuthError } from "./errors.ts";
import { readForwarded, type Dialect, type Told } from "./forwarded/dialects.ts";
import { hostnameOf, urlOf, type ForwardedRequest } from "./forwarded/forwarded-request.ts";
import { isNavigation } from "./forwarded/navigation.ts";
import { RequestHeaders } from "./forwarded/request-headers.ts";
import { createTrustedProxies } from "./forwarded/trusted-proxies.ts";
import { reasonsOf } from "./observe/log.ts";
import { createRequestId } from "./observe/request-id.ts";
import { failedPage } from "./pages/failed-page.ts";
import { deniedPage, strangeHostPage } from "./pages/denied-page.ts";
import { readCookie, sessionCookieName } from "./session/cookie.ts";
import type { Session } from "./session/sessions.ts";

/** What `/verify` reads of the request that carries it. */
export interface VerifyRequest {
  readonly method: string;
  /** Our own query, without its question mark. */
  readonly query: string;
  readonly rawHeaders: readonly string[];
  readonly peer: string | undefined;
}

export type Verify = (request: VerifyRequest) => Answer | Promise<Answer>;

type Parts = Pick<Door, "config" | "site" | "sessions" | "counts" | "log">;

/** The `Location` of a challenge stays under 2 KiB, for nginx reads a head of 4. */
const longestLocation = 2_047;

/** The gate: may this request pass? Any doubt is a no, and every way out of here but one says so. */
export function createVerify({ config, site, sessions, counts, log }: Parts): Verify {
  const isTrusted = createTrustedProxies(config.trustedProxies);
  const identityHeaders = createIdentityHeaders(config.headers, log);
  const allowed = new WeakMap<Session, Answer>();
  const cookieName = sessionCookieName(site);

  return function verify({ method, query, rawHeaders, peer }) {
    if (!isTrusted(peer)) return refuseStranger(peer);
    const headers = new RequestHeaders(rawHeaders);
    const told = headers.isRepeated("host") ? twoHosts : readForwarded(headers, config.dialect);
    const token = readCookie(headers.get("cookie"), cookieName);
    if (!("request" in told)) {
      return isUserInfo(told, method, headers)
        ? userInfo(told, headers, token, query)
        : refuseMalformed(told, headers);
    }
    if (!site.covers(hostnameOf(told.request)))
      return refuseHost(told.dialect, told.request, headers);
    const session = sessions.find(token);
    if (session instanceof Promise) {
      return session.then(
        (found) => answer(told.dialect, told.request, headers, query, found),
        (error: unknown) => unreachable(error, told, headers),
      );
    }
    return answer(told.dialect, told.request, headers, query, session);
  };

  function answer(
    dialect: Dialect,
    request: ForwardedRequest,
    headers: RequestHeaders,
    query: string,
    session: Session | undefined,
  ): Answer {
    const decision = decide(site.access, readNarrowings(query), session?.record.identity);
    if (decision.verdict === "allow" && session !== undefined) return allow(session);
    if (decision.verdict === "deny" && session !== undefined) {
      return deny(dialect, request, headers, session, decision.reason);
    }
    return challenge(dialect, request, headers);
  }

  /** The only 200 of this file that lets a request pass. Prepared once a session. */
  function allow(session: Session): Answer {
    counts.allow++;
    let prepared = allowed.get(session);
    if (prepared === undefined) {
      prepared = empty(200, ...identityHeaders(session.record));
      allowed.set(session, prepared);
    }
    return prepared;
  }

  function challenge(dialect: Dialect, request: ForwardedRequest, headers: RequestHeaders): Answer {
    counts.challenge++;
    if (!isNavigation(headers)) return dialect.isShown ? json(401, signInRequired) : empty(401);
    const location = signInLocation(site, request);
    if (!dialect.isShown) return empty(401, "Location", location);
    return redirect(request.method === "GET" || request.method === "HEAD" ? 302 : 303, location);
  }

  function deny(
    dialect: Dialect,
    request: ForwardedRequest,
    headers: RequestHeaders,
    { record: { identity } }: Session,
    reason: string,
  ): Answer {
    counts.deny++;
    const requestId = createRequestId();
    const { issuer, subject } = identity;
    log.info({ requestId, issuer, subject, url: loggedUrl(request), reason }, "denied");
    if (!dialect.isShown) return empty(403);
    if (!isNavigation(headers)) return json(403, { error: "forbidden", requestId });
    const otherAccount = `${signInLocation(site, request)}&prompt=select_account`;
    return deniedPage(identity, { otherAccount, signOut: site.address("sign_out") }, requestId);
  }

  function refuseHost(
    dialect: Dialect,
    request: ForwardedRequest,
    headers: RequestHeaders,
  ): Answer {
    counts.deny++;
    const requestId = createRequestId();
    const mend = `the cookie of ${site.url.href} does not reach this host: set cookie.domain, or give the host a site`;
    log.warn({ requestId, host: request.host, mend }, "denied: no site covers the host");
    if (!dialect.isShown) return empty(403);
    if (!isNavigation(headers))
      return json(403, { error: "unknown_host", host: request.host, requestId });
    return strangeHostPage(request.host, requestId);
  }

  function refuseStranger(peer: string | undefined): Answer {
    counts.refused++;
    log.warn(
      { peer, mend: "if this is your proxy, add its address to trustedProxies" },
      "refused: not a trusted proxy",
    );
    return json(403, { error: "untrusted_peer" });
  }

  function refuseMalformed(
    told: Exclude<Told, { request: unknown }>,
    headers: RequestHeaders,
  ): Answer {
    counts.refused++;
    const message = told.isConflict ? "refused: proxy header conflict" : "refused: malformed";
    log.warn(
      { reason: told.malformed, original: headers.get("x-original-url") !== undefined },
      message,
    );
    const status = told.dialect?.malformedStatus ?? 400;
    return told.dialect?.isShown === false
      ? empty(status)
      : json(status, { error: "malformed_request" });
  }

  /** No yes, and no sign-in begun: whoever is signed in still is, once the store is back. */
  function unreachable(error: unknown, told: Told, headers: RequestHeaders): Answer {
    if (!(error instanceof AuthError)) throw error;
    counts.storeUnreachable++;
    const requestId = createRequestId();
    log.error({ requestId, reason: reasonsOf(error) }, "the session store cannot be reached");
    const status = told.dialect?.storeUnreachableStatus ?? 503;
    if (!("request" in told) || !told.dialect.isShown || !isNavigation(headers)) {
      return empty(status, "Retry-After", "5");
    }
    return failedPage(
      { code: "store_unreachable", status },
      new URL(urlOf(told.request)),
      requestId,
    );
  }

  async function userInfo(
    told: Told,
    headers: RequestHeaders,
    token: string | undefined,
    query: string,
  ): Promise<Answer> {
    let session: Session | undefined;
    try {
      session = await sessions.find(token);
    } catch (error) {
      return unreachable(error, told, headers);
    }
    // A proxy that forgot to tell of the request must not get a 200 for somebody who may not pass.
    const decision = decide(site.access, readNarrowings(query), session?.record.identity);
    return session === undefined || decision.verdict !== "allow"
      ? noUserInfo(decision)
      : userInfoOf(session);
  }
}

/** RFC 9112 §3.2: which of two hosts was meant is nobody's to guess. */
const twoHosts: Told = { dialect: undefined, malformed: "Host is repeated" };

const signInRequired = { error: "sign_in_required" };

function isUserInfo(told: Told, method: string, headers: RequestHeaders): boolean {
  const isAsked = headers.get("accept")?.includes("application/json") ?? false;
  return "isSilent" in told && method === "GET" && isAsked;
}

function noUserInfo({ verdict }: Decision): Answer {
  return verdict === "deny" ? json(403, { error: "forbidden" }) : json(401, signInRequired);
}

function userInfoOf({ record: { identity, expiresAt } }: Session): Answer {
  const { subject, email = null, groups, name = null, provider } = identity;
  return json(200, {
    user: subject,
    email,
    groups,
    name,
    provider,
    expiresAt: new Date(expiresAt).toISOString(),
  });
}

/** Where to sign in and come back from. A URL too long for a head falls back to its origin's root. */
function signInLocation(site: Site, request: ForwardedRequest): string {
  const start = `${site.address("start")}?rd=`;
  const location = start + encodeURIComponent(urlOf(request));
  return location.length <= longestLocation
    ? location
    : start + encodeURIComponent(urlOf({ ...request, uri: "/" }));
}

/** Without the query, which may hold what is nobody's business. */
function loggedUrl(request: ForwardedRequest): string {
  return urlOf({ ...request, uri: request.uri.split("?", 1)[0] ?? "/" });
}

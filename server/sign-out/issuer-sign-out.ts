import { randomUUID } from "node:crypto";
import { decodeJwt } from "jose";
import { empty, json, type HttpResponse } from "../http/response.ts";
import type { AskedRequest, SiteContext } from "../context.ts";
import { AuthError } from "../errors.ts";
import { reasonsOf } from "../observe/log.ts";
import type { Revoked } from "../session/revocations.ts";
import {
  createLogoutTokenCheck,
  type CheckLogoutToken,
  type LogoutClaims,
} from "../sign-in/logout-token.ts";

/** Ends the sessions that have ended at their issuer. */
export function createIssuerSignOut({
  parties,
  store,
  sessions,
  counts,
  audit,
  visitorLog,
  now,
}: SiteContext) {
  const checks = [...parties.values()].map((party): [typeof party, CheckLogoutToken] => [
    party,
    createLogoutTokenCheck(party, now),
  ]);
  return { backChannel, frontChannel };

  /** OpenID Connect Back-Channel Logout 1.0 §2.8: 200 if the sessions have ended, 400 otherwise. */
  async function backChannel(token: string, asked: AskedRequest): Promise<HttpResponse> {
    try {
      const claims = await checked(token);
      await once(claims, () => sessions.revocations.revoke(revokedBy(claims)));
      counts.signOuts.add("back_channel");
      const { iss: issuer, sub: subject } = claims;
      audit("sessions_revoked", "back_channel", { ...asked, issuer, subject });
      return empty(200);
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      visitorLog.warn(
        { requestId: asked.requestId, code: error.code, reason: reasonsOf(error) },
        "logout token rejected",
      );
      return json(400, { error: "invalid_request" });
    }
  }

  /** Several providers can share an issuer: the token is valid if one of their clients accepts it. */
  async function checked(token: string): Promise<LogoutClaims> {
    const issuer = issuerOf(token);
    let failure = new AuthError(
      "response_rejected",
      "the logout token has no iss, or the iss of no provider of this site",
    );
    for (const [party, check] of checks) {
      if (!party.issuers.some((one) => one === issuer)) continue;
      try {
        return await check(token);
      } catch (error) {
        if (!(error instanceof AuthError)) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  /** §2.6: a token is accepted once. If the work fails, the issuer may send it again. */
  async function once({ iss, jti, exp }: LogoutClaims, work: () => Promise<void>): Promise<void> {
    const [key, holder] = [`logout:${JSON.stringify([iss, jti])}`, randomUUID()];
    const ttlMs = Math.max(60_000, exp * 1000 - now() + 60_000);
    if (!(await store.claim(key, holder, ttlMs)))
      throw new AuthError("response_rejected", "the logout token was already used");
    try {
      await work();
    } catch (error) {
      await store.release(key, holder);
      throw error;
    }
  }

  /**
   * OpenID Connect Front-Channel Logout 1.0 §2: the issuer's page loads this in a frame, without our cookies.
   * Only a known session ends, so that a caller cannot fill the store with invented session ids.
   */
  async function frontChannel(
    issuer: string,
    sid: string,
    asked: AskedRequest,
  ): Promise<HttpResponse> {
    const isKnown =
      checks.some(([party]) => party.issuers.includes(issuer)) &&
      (await sessions.revocations.isKnown(issuer, sid));
    if (isKnown) {
      await sessions.revocations.revoke({ kind: "sid", issuer, sid });
      counts.signOuts.add("front_channel");
      audit("sessions_revoked", "front_channel", { ...asked, issuer });
    }
    return empty(200);
  }
}

function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined; // not a JWT
  }
}

function revokedBy({ iss: issuer, sub = "", sid }: LogoutClaims): Revoked {
  return sid === undefined
    ? { kind: "subject", issuer, subject: sub }
    : { kind: "sid", issuer, sid };
}

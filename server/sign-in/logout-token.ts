import type { JWTPayload } from "jose";
import * as v from "valibot";
import { asymmetricAlgorithms } from "../policy/bearer-schema.ts";
import { AuthError } from "../errors.ts";
import type { RelyingParty } from "./relying-party.ts";
import { toleranceSeconds, verifyJwt } from "./verify-jwt.ts";

/** Issuers send a logout token immediately, so an older one is rejected. */
const longestSeconds = 5 * 60;

const event = "http://schemas.openid.net/event/backchannel-logout";

const logoutClaims = v.object({
  iss: v.string(),
  jti: v.pipe(v.string(), v.nonEmpty()),
  iat: v.number(),
  exp: v.number(),
  sub: v.optional(v.pipe(v.string(), v.nonEmpty())),
  sid: v.optional(v.pipe(v.string(), v.nonEmpty())),
  events: v.object({ [event]: v.record(v.string(), v.unknown()) }),
  /** §2.4: prohibited, so that an ID token is not accepted as a logout token. */
  nonce: v.optional(v.never()),
});

export type LogoutClaims = v.InferOutput<typeof logoutClaims>;

/** Validates a logout token (OpenID Connect Back-Channel Logout 1.0 §2.6). */
export type CheckLogoutToken = (token: string) => Promise<LogoutClaims>;

/** Throws "response_rejected" for an invalid token, and "issuer_unreachable" without the issuer's keys. */
export function createLogoutTokenCheck(party: RelyingParty, now: () => number): CheckLogoutToken {
  return async (token) => {
    const payload = await verified(token);
    const result = v.safeParse(logoutClaims, payload);
    if (!result.success)
      throw rejected(`its ${v.getDotPath(result.issues[0]) ?? "payload"} is missing or invalid`);
    const { sub, sid } = result.output;
    if (sub === undefined && sid === undefined) throw rejected("it has neither sub nor sid");
    return result.output;
  };

  async function verified(token: string): Promise<JWTPayload> {
    try {
      const { payload, protectedHeader } = await verifyJwt(token, party.keys, {
        issuer: [...party.issuers],
        audience: party.settings.clientId,
        algorithms: [...asymmetricAlgorithms],
        requiredClaims: ["iss", "aud", "iat", "exp", "jti", "events"],
        maxTokenAge: longestSeconds,
        clockTolerance: toleranceSeconds,
        currentDate: new Date(now()),
      });
      // RFC 8725 §3.11: a token of another declared type is rejected.
      const type = (protectedHeader.typ ?? "jwt").toLowerCase().replace(/^application\//, "");
      if (type !== "logout+jwt" && type !== "jwt") throw rejected(`its typ is ${type}`);
      return payload;
    } catch (error) {
      if (error instanceof AuthError) throw error;
      throw new AuthError("response_rejected", "the logout token is invalid", {
        cause: error,
      });
    }
  }
}

function rejected(reason: string): AuthError {
  return new AuthError("response_rejected", `the logout token is invalid: ${reason}`);
}

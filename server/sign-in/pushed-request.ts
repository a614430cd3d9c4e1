import {
  buildAuthorizationUrl,
  buildAuthorizationUrlWithPAR,
  type Configuration,
} from "openid-client";
import { AuthError } from "../errors.ts";
import { reasonsOf } from "../observe/log.ts";
import type { VisitorLog } from "../observe/visitor-log.ts";
import { limitConcurrency } from "./limit-concurrency.ts";
import { exchangeError } from "./issuer-error.ts";
import { metadataOf } from "./server-metadata.ts";

/** After a failure, how long PAR is not tried again, so that not every visitor waits for it. */
const pauseMs = 60_000;

/** Builds the URL that sends a browser to the issuer with these parameters. */
export type BuildSignInUrl = (
  configuration: Configuration,
  parameters: Record<string, string>,
) => Promise<URL>;

/** Only the plain request, or only the pushed one, for `check`, which tests each by itself. */
export const buildPlainUrl: BuildSignInUrl = async (configuration, parameters) =>
  buildAuthorizationUrl(configuration, parameters);

export function createPushedUrlBuilder(issuer: string): BuildSignInUrl {
  return async (configuration, parameters) => {
    try {
      return await buildAuthorizationUrlWithPAR(configuration, parameters);
    } catch (error) {
      throw pushError(error, issuer);
    }
  };
}

/**
 * Pushed Authorization Requests (RFC 9126, PAR) for issuers that support them: the parameters do not pass through the
 * browser. If the issuer requires PAR, there is no fallback. If PAR is optional and fails, the plain request is used:
 * such an issuer accepts it from any client, and an attacker who makes PAR fail gains nothing, because state, nonce
 * and PKCE protect both.
 */
export function createSignInUrlBuilder(
  issuer: string,
  { log, now }: { readonly log: Pick<VisitorLog, "warn">; readonly now: () => number },
): BuildSignInUrl {
  const bounded = limitConcurrency(50, issuer);
  let pausedUntil = 0;

  return async (configuration, parameters) => {
    const metadata = metadataOf(configuration);
    const isRequired = metadata.require_pushed_authorization_requests === true;
    const isOffered = metadata.pushed_authorization_request_endpoint !== undefined;
    if (!isRequired && (!isOffered || now() < pausedUntil))
      return buildAuthorizationUrl(configuration, parameters);
    try {
      return await bounded(() => buildAuthorizationUrlWithPAR(configuration, parameters));
    } catch (cause) {
      const error = pushError(cause, issuer);
      if (isRequired) throw refusal(error);
      // A refusal (a link may have added invalid parameters) or our own concurrency limit concerns this request only.
      const isDown = error.code === "issuer_unreachable" || error.code === "issuer_broken";
      if (isDown && !(cause instanceof AuthError)) pausedUntil = now() + pauseMs;
      log.warn(
        { issuer, reason: reasonsOf(error) },
        "PAR failed; falling back to a plain authorization request",
      );
      return buildAuthorizationUrl(configuration, parameters);
    }
  };
}

function pushError(cause: unknown, issuer: string): AuthError {
  return exchangeError(cause, `the pushed authorization request (PAR) to ${issuer} failed`);
}

/** The visitor cannot have caused it: the browser has not yet been at the issuer. */
function refusal(error: AuthError): AuthError {
  if (error.code !== "response_rejected") return error;
  return new AuthError("issuer_broken", error.message, { cause: error.cause });
}

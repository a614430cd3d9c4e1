import {
  buildAuthorizationUrl,
  buildAuthorizationUrlWithPAR,
  type Configuration,
} from "openid-client";
import { AuthError } from "../errors.ts";
import { reasonsOf, type Log } from "../observe/log.ts";
import { limitConcurrency } from "./limit-concurrency.ts";
import { exchangeError } from "./issuer-error.ts";

/** How long an offer that does not answer is left alone, so that not everybody waits for it. */
const pauseMs = 60_000;

/** Gives the address that sends a browser to the issuer with these parameters. */
export type BuildSignInUrl = (
  configuration: Configuration,
  parameters: Record<string, string>,
) => Promise<URL>;

/**
 * Pushed Authorization Requests (RFC 9126) where an issuer has them: what is asked then goes past the browser.
 * One that requires them gets no other. One that only offers them gets the plain request when that fails: it
 * takes those from everybody, and whoever spoils the offer wins nothing, for state, nonce and PKCE protect both.
 */
export function createSignInUrlBuilder(
  issuer: string,
  { log, now }: { readonly log: Log; readonly now: () => number },
): BuildSignInUrl {
  const bounded = limitConcurrency(50, issuer);
  let pausedUntil = 0;

  return async (configuration, parameters) => {
    const metadata = configuration.serverMetadata();
    const isRequired = metadata.require_pushed_authorization_requests === true;
    const isOffered = metadata.pushed_authorization_request_endpoint !== undefined;
    if (!isRequired && (!isOffered || now() < pausedUntil))
      return buildAuthorizationUrl(configuration, parameters);
    try {
      return await bounded(() => buildAuthorizationUrlWithPAR(configuration, parameters));
    } catch (cause) {
      const error = exchangeError(cause, `${issuer} takes no pushed authorization request`);
      if (isRequired) throw refusal(error);
      // A refusal is of this one request, which a link can have spoilt, and so is a crowd at our own door.
      const isDown = error.code === "issuer_unreachable" || error.code === "issuer_broken";
      if (isDown && !(cause instanceof AuthError)) pausedUntil = now() + pauseMs;
      log.warn(
        { issuer, reason: reasonsOf(error) },
        "a pushed authorization request failed: the browser carries it",
      );
      return buildAuthorizationUrl(configuration, parameters);
    }
  };
}

/** Nothing has come back from the issuer by then that the visitor could have spoilt. */
function refusal(error: AuthError): AuthError {
  if (error.code !== "response_rejected") return error;
  return new AuthError("issuer_broken", error.message, { cause: error.cause });
}

import { ClientError, ResponseBodyError, WWWAuthenticateChallengeError } from "openid-client";
import { ApiError } from "../../providers/api.ts";
import { AuthError } from "../errors.ts";
import { skewIn } from "./clock-skew.ts";
import { withNote } from "./issuer-words.ts";

/** The error for a failed discovery. */
export function discoveryError(error: unknown, issuer: string): AuthError {
  const code = isNetworkFailure(error) ? "issuer_unreachable" : "issuer_broken";
  return new AuthError(code, `discovery at ${issuer} failed`, { cause: withFix(withNote(error)) });
}

const absent =
  "no issuer's metadata is at this address: compare `issuer` (and `discovery`) with the issuer's own documentation, and with its spelling of the realm or tenant";

/** Statuses that only another `issuer` or `discovery` changes. */
const fixes: Readonly<Record<number, string>> = {
  301: "it has moved: set `issuer` to its new address",
  308: "it has moved: set `issuer` to its new address",
  404: absent,
  410: absent,
};

function withFix(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const fix = cause.cause instanceof Response ? fixes[cause.cause.status] : undefined;
    if (fix !== undefined) return new Error(`${error.message}: ${fix}`, { cause: error.cause });
  }
  return error;
}

/** The error for any other failed request to an issuer. */
export function exchangeError(error: unknown, message: string): AuthError {
  // openid-client wraps the errors that our own `fetch` throws.
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof AuthError) return cause;
  }
  const skew = skewIn(error);
  const cause = skew === undefined ? withNote(error) : new Error(skew, { cause: error });
  return new AuthError(codeOf(error), message, { cause });
}

/** The error code and description of an issuer's refusal (RFC 6749 §5.2), for the operator; undefined = no refusal. */
export function saidOfRefusal(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ResponseBodyError)
      return `${cause.error} ${cause.error_description ?? ""}`.trim().slice(0, 300);
  }
  return undefined;
}

/** RFC 6749 §5.2: the code or the refresh token is invalid, expired or revoked. */
export function isGrantRefused(error: unknown): boolean {
  return error instanceof ResponseBodyError && error.error === "invalid_grant";
}

/** OpenID Connect Core §5.3.2: the userinfo is of another subject than the ID token. */
export function isOtherSubject(error: unknown): boolean {
  return error instanceof ClientError && error.code === "OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED";
}

function codeOf(
  error: unknown,
): "client_rejected" | "issuer_unreachable" | "issuer_broken" | "response_rejected" {
  if (error instanceof ResponseBodyError) {
    // Every other error concerns our registration.
    if (isGrantRefused(error)) return "response_rejected";
    return error.status >= 500 ? "issuer_broken" : "client_rejected";
  }
  if (error instanceof ApiError && error.status !== undefined) return "issuer_broken";
  // RFC 6749 §5.2: `invalid_client` may be sent as a WWW-Authenticate challenge.
  if (error instanceof WWWAuthenticateChallengeError) return "client_rejected";
  const code = error instanceof ClientError ? error.code : undefined;
  if (code !== undefined && checksFailed.has(code)) return "response_rejected";
  return isNetworkFailure(error) ? "issuer_unreachable" : "issuer_broken";
}

/** openid-client's codes for a well-formed response that fails a check. */
const checksFailed: ReadonlySet<string> = new Set([
  "OAUTH_JWT_CLAIM_COMPARISON_FAILED",
  "OAUTH_JWT_TIMESTAMP_CHECK_FAILED",
  "OAUTH_KEY_SELECTION_FAILED",
  "OAUTH_INVALID_RESPONSE",
  "OAUTH_UNSUPPORTED_OPERATION",
  "OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED",
]);

/** Connection refused or reset, unknown host, timeout: errors of undici and Node before any response. */
function isNetworkFailure(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause.name === "TimeoutError" || (cause instanceof TypeError && cause.cause !== undefined))
      return true;
    if ("code" in cause && /^(E[A-Z]+|UND_ERR_\w+|OAUTH_TIMEOUT)$/.test(String(cause.code)))
      return true;
  }
  return false;
}

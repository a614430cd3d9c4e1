import { AuthError, type AuthErrorCode } from "../errors.ts";
import { wordsIn } from "../sign-in/issuer-words.ts";

/**
 * The errors of an authorization response (RFC 6749 §4.1.2.1) that are not the visitor's. Any other, such as
 * `access_denied` or `login_required`, means that the visitor cancelled or the issuer said no.
 */
const codes: ReadonlyMap<string, AuthErrorCode> = new Map([
  ["temporarily_unavailable", "issuer_unavailable"],
  ["server_error", "issuer_unavailable"],
  ["unmet_authentication_requirements", "step_up_failed"],
  // GitHub's names
  ["application_suspended", "client_rejected"],
  ["redirect_uri_mismatch", "client_rejected"],
]);

/** `invalid_scope`, `unauthorized_client`, `unsupported_response_type`, `request_not_supported`, … */
const ofRegistration = /^(invalid|unauthorized|unsupported)_|_not_supported$/;

/** The failure that an issuer's error means. The visitor can change the error and its description in the address. */
export function issuerRefusal(issuer: string, error: string, description?: string): AuthError {
  const code =
    codes.get(error) ?? (ofRegistration.test(error) ? "client_rejected" : "provider_refused");
  const said = wordsIn({ error, error_description: description }) ?? "";
  return new AuthError(code, `${issuer} returned the error ${said}`.trimEnd());
}

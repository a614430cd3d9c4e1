import type { ProtectedResource } from "../config/protected-resources.ts";
import type { Site } from "../config/site.ts";
import type { RequestHeaders } from "../forwarded/request-headers.ts";
import type { Session } from "../session/session.ts";
import { type RequestFacts } from "../policy/request-facts.ts";
import { matchRule, type Rule } from "../policy/rules.ts";

/** A request with an `Authorization` header: what the checks of its credentials need. */
export interface CredentialRequest {
  readonly site: Site;
  readonly headers: RequestHeaders;
  /** The address that limits count by. No rule may use it: it can be a proxy's. */
  readonly limitedAddress: string | undefined;
  readonly facts: RequestFacts;
  /** The rules of its host. */
  readonly rules: readonly Rule[];
}

/** Why credentials are rejected. `code` is the client's error code (RFC 6750 for tokens); `reason` is only logged. */
export interface Rejection {
  readonly code: "invalid_token" | "insufficient_scope" | "invalid_password" | "too_many_tries";
  readonly reason: string;
  /** All required scopes, for "insufficient_scope". */
  readonly scopes?: readonly string[];
  /** With `metadata`: the resource for which the client needs a token. */
  readonly resource?: ProtectedResource | undefined;
}

/** The result of a check: a session for the request, or a rejection. */
export type CredentialResult = { readonly session: Session } | { readonly rejection: Rejection };

/**
 * Checks the credentials of a request; undefined = no rule accepts them here, so they are for the app. Throws an
 * `AuthError` if the issuer is unreachable.
 */
export type AuthenticateCredentials = (
  request: CredentialRequest,
  authorization: string,
) => CredentialResult | Promise<CredentialResult> | undefined;

/**
 * The rules that decide a request: those that may match, up to the first that does. Empty if any of them does not
 * accept this kind of credentials.
 */
export function rulesAccepting(
  key: "bearer" | "basic",
  { rules, facts: requestFacts }: Pick<CredentialRequest, "rules" | "facts">,
  provider: string,
): readonly Rule[] {
  const deciding: Rule[] = [];
  const facts = { ...requestFacts, provider };
  for (const rule of rules) {
    const match = matchRule(rule, facts);
    if (match === "no") continue;
    if (rule.config[key] === undefined) return [];
    deciding.push(rule);
    if (match === "yes") return deciding;
  }
  return []; // `access` decides, and it requires a session
}

import type { Site } from "../config/site.ts";
import type { RequestHeaders } from "../forwarded/request-headers.ts";
import type { Session } from "../session/session.ts";
import { type RequestFacts } from "../policy/request-facts.ts";
import { matchRule, type Rule } from "../policy/rules.ts";

/** A request with an `Authorization` header, as those see it who check what is in it. */
export interface CredentialRequest {
  readonly site: Site;
  readonly headers: RequestHeaders;
  /** The proxy's own address. */
  readonly peer: string | undefined;
  readonly facts: RequestFacts;
  /** The rules of its host. */
  readonly rules: readonly Rule[];
}

/** Why credentials do not pass. `code` is RFC 6750's, for passwords too; `reason` is only logged. */
export interface Rejection {
  readonly code: "invalid_token" | "insufficient_scope" | "invalid_password" | "too_many_tries";
  readonly reason: string;
  /** What the token lacks, for "insufficient_scope". */
  readonly scopes?: readonly string[];
}

/** What credentials amount to: somebody, or nobody. */
export type CredentialResult = { readonly session: Session } | { readonly rejection: Rejection };

/**
 * Who sent the credentials of a request; undefined where they are the app's own affair. Throws an
 * `AuthError` where nobody can tell.
 */
export type AuthenticateCredentials = (
  request: CredentialRequest,
  authorization: string,
) => CredentialResult | Promise<CredentialResult> | undefined;

/**
 * The rules that decide a request, if all of them take credentials of a kind: those that may match, and
 * the first that does. A single one that takes none makes it none.
 */
export function rulesTaking(
  key: "bearer" | "basic",
  { rules, facts: asked }: Pick<CredentialRequest, "rules" | "facts">,
  provider: string,
): readonly Rule[] {
  const deciding: Rule[] = [];
  const facts = { ...asked, provider };
  for (const rule of rules) {
    const match = matchRule(rule, facts);
    if (match === "no") continue;
    if (rule.config[key] === undefined) return [];
    deciding.push(rule);
    if (match === "yes") return deciding;
  }
  return []; // `access` decides, and that takes a session
}

import type { AppContext } from "../context.ts";
import type {
  CredentialRequest,
  CredentialResult,
  Rejection,
} from "../credentials/authenticate-credentials.ts";
import { AuthError } from "../errors.ts";
import { conflict, findBrowserSession, type BrowserSession } from "../session/browser-session.ts";
import type { Session } from "../session/session.ts";
import type { VerifyContext } from "./verify-context.ts";

/** The authentication of a request. */
export type Authentication =
  /** The session of the cookie; undefined = no session. */
  | { readonly kind: "session"; readonly session: Session | undefined }
  /** The browser sends two live sessions, or one among more than four session cookies. */
  | { readonly kind: "conflict" }
  /** The token or password in `Authorization`, if the rules accept one. */
  | { readonly kind: "credentials"; readonly session: Session }
  | { readonly kind: "rejected"; readonly rejection: Rejection }
  | { readonly kind: "store down"; readonly error: AuthError }
  /** The issuer that could validate the token does not answer. */
  | { readonly kind: "issuer down"; readonly error: AuthError };

export type Authenticate = (context: VerifyContext) => Authentication | Promise<Authentication>;

/**
 * Authenticates a request. If the rules accept tokens or passwords, these replace the session; otherwise they belong
 * to the app. Synchronous if nothing has to be looked up. `credentialRules` returns the rules that decide whether
 * credentials are accepted.
 */
export function createAuthenticate(
  { sessions, authenticateCredentials }: AppContext,
  credentialRules: (
    context: VerifyContext,
  ) => Pick<CredentialRequest, "facts" | "rules" | "limitedAddress">,
): Authenticate {
  return (context) => {
    const authorization = authenticateCredentials && context.headers.get("authorization");
    return (authorization && byCredentials(context, authorization)) || bySession(context);
  };

  function bySession({ site, headers }: VerifyContext): Authentication | Promise<Authentication> {
    const session = findBrowserSession(sessions, site, headers.get("cookie"), headers);
    if (!(session instanceof Promise)) return authenticationBy(session);
    return session.then(authenticationBy, (error: unknown) => ({
      kind: "store down",
      error: expected(error),
    }));
  }

  function byCredentials(
    context: VerifyContext,
    authorization: string,
  ): Authentication | Promise<Authentication> | undefined {
    const { site, headers } = context;
    const request = { site, headers, ...credentialRules(context) };
    const result = authenticateCredentials?.(request, authorization);
    if (!(result instanceof Promise)) return result && authenticationOf(result);
    return result.then(authenticationOf, (error: unknown) => ({
      kind: "issuer down",
      error: expected(error),
    }));
  }
}

function authenticationBy(session: BrowserSession): Authentication {
  return session === conflict ? { kind: conflict } : { kind: "session", session };
}

function authenticationOf(result: CredentialResult): Authentication {
  return "rejection" in result
    ? { kind: "rejected", rejection: result.rejection }
    : { kind: "credentials", session: result.session };
}

/** Any other error is a bug, and the caller responds to it with 500. */
function expected(error: unknown): AuthError {
  if (error instanceof AuthError) return error;
  throw error;
}

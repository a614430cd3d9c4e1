/** Every way a sign-in or a session can fail, and the status the browser sees. */
const statuses = {
  callback_malformed: 400, // a parameter is missing, repeated or of the wrong shape
  transaction_missing: 400, // started in another browser, dropped, or never
  transaction_expired: 400,
  transaction_used: 400, // the same answer of the issuer came a second time
  provider_unknown: 400,
  provider_refused: 403, // RFC 6749 §4.1.2.1: the visitor or the issuer said no
  response_rejected: 400, // the issuer's answer fails a check of OpenID Connect Core §3.1.3.7
  step_up_failed: 403, // the issuer cannot, or did not, sign in as strongly as a rule asks
  grant_ended: 401, // the issuer vouches for the session no longer, or speaks of somebody else
  client_rejected: 502, // the issuer does not accept our registration: the operator's to mend
  issuer_broken: 502, // the issuer answers, but not as an issuer
  issuer_unreachable: 503,
  store_unreachable: 503,
} as const;

export type AuthErrorCode = keyof typeof statuses;

interface FailedTransaction {
  readonly state: string;
  readonly returnTo: string;
}

/** A failure we expect. The code may be shown; the message and the cause are only logged. */
export class AuthError extends Error {
  override readonly name = "AuthError";
  readonly code: AuthErrorCode;
  /** The sign-in that failed, once it is known: its return target, and the state to forget. */
  readonly transaction: FailedTransaction | undefined;

  constructor(
    code: AuthErrorCode,
    message: string,
    options: ErrorOptions & { readonly transaction?: FailedTransaction | undefined } = {},
  ) {
    super(message, options);
    this.code = code;
    this.transaction = options.transaction;
  }

  get status(): number {
    return statuses[this.code];
  }

  /** The same failure, of this transaction. */
  during(transaction: FailedTransaction): AuthError {
    return new AuthError(this.code, this.message, { cause: this.cause, transaction });
  }
}

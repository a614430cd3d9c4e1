/** Every expected failure of a sign-in or a session, and its HTTP status. */
const statuses = {
  callback_malformed: 400, // a parameter is missing, repeated or of the wrong shape
  transaction_missing: 400, // started in another browser, dropped, or never started
  transaction_expired: 400,
  transaction_used: 400, // the same response of the issuer arrived a second time
  provider_unknown: 400,
  provider_refused: 403, // RFC 6749 §4.1.2.1: the issuer returned an error, or the visitor cancelled
  response_rejected: 400, // the issuer's response fails a check of OpenID Connect Core §3.1.3.7
  step_up_failed: 403, // the issuer cannot, or did not, sign in as strongly as a rule requires
  grant_ended: 401, // the issuer no longer confirms the session, or returned another subject
  client_rejected: 502, // the issuer rejects our client registration; only the operator can fix that
  issuer_broken: 502, // the issuer's response does not follow the protocol
  issuer_unavailable: 503, // the issuer says that it cannot sign anyone in at the moment
  issuer_unreachable: 503,
  store_unreachable: 503,
} as const;

/** The code of a response to a program that has no session. */
export const signInRequired = "sign_in_required";

export type AuthErrorCode = keyof typeof statuses;

export const authErrorCodes = Object.keys(statuses) as readonly AuthErrorCode[];

interface FailedTransaction {
  readonly state: string;
  readonly returnTo: string;
  /** The provider's name; undefined = only the return target is still known. */
  readonly provider?: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** A sign-in that could not be begun: nothing of it is in the browser. */
interface Attempt {
  readonly returnTo: string;
  /** The provider's name; undefined = the visitor had to choose one. */
  readonly provider: string | undefined;
}

/** An expected failure. The code may be shown to the visitor; the message and the cause are only logged. */
export class AuthError extends Error {
  override readonly name = "AuthError";
  readonly code: AuthErrorCode;
  /** The failed sign-in, if it is known: its return target, and the state to forget. */
  readonly transaction: FailedTransaction | undefined;
  readonly attempt: Attempt | undefined;

  constructor(
    code: AuthErrorCode,
    message: string,
    options: ErrorOptions & {
      readonly transaction?: FailedTransaction | undefined;
      readonly attempt?: Attempt | undefined;
    } = {},
  ) {
    super(message, options);
    this.code = code;
    this.transaction = options.transaction;
    this.attempt = options.attempt;
  }

  get status(): number {
    return statuses[this.code];
  }

  /** The same failure, with its transaction. */
  during(transaction: FailedTransaction): AuthError {
    return new AuthError(this.code, this.message, { cause: this.cause, transaction });
  }

  /** The same failure, with the sign-in that it prevented. */
  preventing(attempt: Attempt): AuthError {
    return new AuthError(this.code, this.message, { cause: this.cause, attempt });
  }
}

/** What an issuer says of somebody, as it says it. Nothing in it is trusted to have a shape. */
export type Claims = Readonly<Record<string, unknown>>;

/** Which claims hold what, from the configuration. */
export interface ClaimNames {
  readonly email: string;
  readonly groups: string;
  readonly username: string;
  /** The issuer sends no `email_verified`, and the operator vouches for its addresses. */
  readonly trustEmail: boolean;
}

/** Who signed in, in our words. The issuer is added by the one who checked it. */
export interface Person {
  readonly subject: string;
  /** Only an address that the provider calls verified. */
  readonly email: string | undefined;
  readonly groups: readonly string[];
  readonly name: string | undefined;
  readonly preferredUsername: string | undefined;
}

/** What was learnt at sign-in, each part already checked by the code flow. */
export interface Answers {
  readonly idToken: Claims;
  readonly userinfo: Claims | undefined;
}

/** How to sign in at one kind of issuer: data, and how to read who it is. */
export interface Provider {
  readonly kind: string;
  /** What the page to choose from calls it. */
  readonly label: string;
  /** Where there is only one such issuer. */
  readonly issuer?: string;
  readonly scope: string;
  /** The `prompt` that makes this issuer ask which account to use. */
  readonly accountPrompt: string;
  identify(answers: Answers, names: ClaimNames): Person;
}

/** Set-up instructions for a kind of provider, for `doorward check` and docs/providers.md. */
export interface Guide {
  /** The place to register a client. */
  readonly register: string;
  /** The minimum permissions of the registration. */
  readonly permissions: string;
  /** The source of groups, and its requirements; undefined = no groups. */
  readonly groups?: string;
  readonly emails: keyof typeof emailWords;
  /** The credential for refreshing identities; undefined = a refresh token if the issuer sends one. */
  readonly renewal?: keyof typeof renewalWords;
  /** Common pitfalls, a sentence or two each. */
  readonly notes?: readonly string[];
  /** Settings of the example beyond `issuer` and the client's credentials. */
  readonly example?: Readonly<Record<string, unknown>>;
}

/** The usual form of an issuer's address, for a hint about an unusual one. */
export interface IssuerShape {
  /** With placeholders in capitals, such as `https://TENANT.example.com/`. */
  readonly written: string;
  /** Matches every usual issuer. For any other one, `check` prints a hint and tries it anyway. */
  readonly pattern?: RegExp;
}

/** Whether email addresses of a kind of provider are accepted, in the order of the work this takes. */
export const emailWords = {
  verified: "an address is accepted if the provider marks it as verified",
  unsaid:
    "the provider never marks an address as verified, so no address is accepted without `trustEmail: true`; set that only if users there cannot choose their address",
  unverified:
    "the provider marks every address as unverified until it is configured otherwise, and only `trustEmail: always` overrides that, which accepts any address that an account has",
} as const;

/** How an identity is refreshed during a session. */
export const renewalWords = {
  "refresh token":
    "the identity is refreshed from the provider every `session.refresh`, with a refresh token",
  "access token":
    "the identity is refreshed from the provider every `session.refresh`, with the access token while it is valid",
  directory:
    "the groups are refreshed from the directory every `session.refresh`, by the service account",
  none: "the identity cannot be refreshed: a user removed at the provider stays signed in for `session.lifetime`",
} as const;

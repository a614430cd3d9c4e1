/** What an operator has to know of a kind of provider: `doorward check` and docs/providers.md say it. */
export interface Guide {
  /** Where a client is registered. */
  readonly register: string;
  /** The least that the registration has to be allowed. */
  readonly permissions: string;
  /** Where groups come from, and what that takes; left out: there are none. */
  readonly groups?: string;
  readonly emails: keyof typeof emailWords;
  /** What the issuer can be asked again with; left out: a refresh token where it offers `offline_access`. */
  readonly renewal?: keyof typeof renewalWords;
  /** What else people stumble over, a sentence or two each. */
  readonly notes?: readonly string[];
  /** What an example holds beyond `issuer` and the client's credentials. */
  readonly example?: Readonly<Record<string, unknown>>;
}

/** How the address of such an issuer is made, for a hint to whoever gets it wrong. */
export interface IssuerShape {
  /** With what differs in capitals, such as `https://TENANT.example.com/`. */
  readonly written: string;
  /** What every such issuer matches; one that does not is told so and tried all the same. */
  readonly pattern?: RegExp;
}

/** Whether the addresses of a kind of provider count, in the order of how much has to be done. */
export const emailWords = {
  verified: "an address counts when the provider calls it verified",
  unsaid:
    "the provider never calls an address verified, so none counts without `trustEmail: true`; write that if nobody there can choose the address",
  unverified:
    "the provider calls every address unverified until it is told otherwise, and `trustEmail` does not go against its word",
} as const;

/** What becomes of a session when the provider is to be asked again. */
export const renewalWords = {
  "refresh token": "it is asked again every `session.refresh`, with a refresh token",
  "access token":
    "it is asked again every `session.refresh`, with the access token for as long as that is good",
  directory: "its directory is asked again every `session.refresh`, by the service account",
  none: "it cannot be asked again: whoever is removed there stays signed in for `session.lifetime`",
} as const;

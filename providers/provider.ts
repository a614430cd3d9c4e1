import type { Api } from "./api.ts";

/** What an issuer says of somebody, as it says it. Nothing in it is trusted to have a shape. */
export type Claims = Readonly<Record<string, unknown>>;

/** What an operator may say of a provider, by the names of the configuration. */
export interface Options {
  readonly emailClaim: string;
  readonly groupsClaim: string;
  readonly usernameClaim: string;
  /** The issuer sends no `email_verified`, and the operator vouches for its addresses. */
  readonly trustEmail: boolean;
  /** `owner/name`: whoever may write there is in the group `repo:owner/name`. */
  readonly repositories: readonly string[];
  /** `namespace/name`, maybe with the least access level: members are in the group `project:namespace/name`. */
  readonly projects: readonly string[];
  /** Groups to ask a directory about one by one; none = all that it lists. */
  readonly directory: { readonly groups?: readonly string[] | undefined } | undefined;
}

/** Who signed in, in our words. The issuer is added by the one who checked it. */
export interface Person {
  readonly subject: string;
  /** Only an address that the provider calls verified. */
  readonly email: string | undefined;
  readonly groups: readonly string[];
  /** Why the groups could not be had: then they are none, and whatever asks for one denies. */
  readonly groupsFault?: GroupsFault | undefined;
  readonly name: string | undefined;
  readonly preferredUsername: string | undefined;
}

export interface GroupsFault {
  /** Names the claim, scope or permission that is missing, for the operator. */
  readonly reason: string;
  /** The provider may well answer in a minute. */
  readonly isTransient: boolean;
}

/** What was learnt at sign-in, each part already checked by the code flow. */
export interface Answers {
  /** Empty where a provider speaks OAuth 2.0 alone. */
  readonly idToken: Claims;
  readonly userinfo: Claims | undefined;
  /** What is in an access token that is a JWT, for providers with `readsAccessToken`; its signature is checked. */
  readonly accessToken?: Claims | undefined;
}

/** The addresses that a provider has beyond, or instead of, its discovery document. */
export interface Endpoints {
  readonly authorization?: string | undefined;
  readonly token?: string | undefined;
  readonly userinfo?: string | undefined;
  readonly revocation?: string | undefined;
  /** Where its API begins; the only place that an `Api` may ask. */
  readonly api?: string | undefined;
}

/** How to sign in at one kind of issuer: data, and how to read who it is. */
export interface Provider {
  readonly kind: string;
  /** What the page to choose from calls it. */
  readonly label: string;
  /** Where there is only one such issuer, or one that most people mean. */
  readonly issuer?: string;
  /** OAuth 2.0 without ID tokens: nothing is discovered, and who it is comes from the API. */
  readonly isOAuthOnly?: true;
  readonly scope: string;
  /** Parameters of every authorization request; the operator's `authorization` goes over them. */
  readonly authorization?: Readonly<Record<string, string>>;
  /** false: an issuer that offers the scope `offline_access`, and gives refresh tokens without it. */
  readonly offlineAccess?: false;
  /** To revoke one refresh token ends the person's sessions everywhere: then sign-out leaves it alone. */
  readonly revokesWholeGrant?: true;
  /** The `prompt` that makes this issuer ask which account to use. */
  readonly accountPrompt?: string;
  readonly endpoints?: (issuer: string) => Endpoints;
  /** Headers that its API wants in every request. */
  readonly apiHeaders?: Readonly<Record<string, string>>;
  /** The claim of its groups, where it is not `groups`. */
  readonly groupsClaim?: string;
  readonly readsAccessToken?: true;
  /** Which of the options that only some providers take mean something here. */
  readonly takes?: readonly ("repositories" | "projects" | "directory" | "tenants")[];
  /**
   * Reads who it is, asking the API where the answers do not say. Throws an `ApiError` when who it is cannot
   * be learnt; groups that cannot be learnt are a `groupsFault`.
   */
  identify(answers: Answers, options: Options, api: Api, directory?: Api): Person | Promise<Person>;
}

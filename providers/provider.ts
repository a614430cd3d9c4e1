import type { Api, GroupsFault } from "./api.ts";
import type { Claims } from "./claims.ts";
import type { Guide, IssuerShape } from "./guide.ts";

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

/** Options that mean something to some kinds of provider alone. */
export const particularOptions = ["repositories", "projects", "directory", "tenants"] as const;
export type ParticularOption = (typeof particularOptions)[number];

/** Where an issuer describes itself, and by what name. */
export interface Metadata {
  readonly address: string;
  /** With `{tenantid}` in it, it is what each of its tenants is called once its id stands there. */
  readonly issuer: string;
}

/** How to sign in at one kind of issuer: data, and how to read who it is. */
export interface Provider {
  readonly kind: string;
  /** What the page to choose from calls it. */
  readonly label: string;
  /** Where there is only one such issuer, or one that most people mean. */
  readonly issuer?: string;
  /** How its address looks, where every installation or tenant has its own. */
  readonly issuerExample?: string;
  /** Only where the metadata is not beneath the issuer, or names another; undefined = it is as usual. */
  readonly metadata?: (issuer: string) => Metadata | undefined;
  readonly issuerShape?: IssuerShape;
  /** OAuth 2.0 without ID tokens: nothing is discovered, and who it is comes from the API. */
  readonly isOAuthOnly?: true;
  readonly scope: string;
  /** What to ask for besides when an option is used. */
  readonly scopeWith?: Readonly<Partial<Record<ParticularOption, string>>>;
  /** Parameters of every authorization request; the operator's `authorization` goes over them. */
  readonly authorization?: Readonly<Record<string, string>>;
  /** How it sends its answer, where that is not by the query (OAuth 2.0 Form Post Response Mode). */
  readonly responseMode?: "form_post";
  /** The client secret is a JWT that is made from the operator's key, again and again. */
  readonly clientSecretFromKey?: true;
  /** Whom a client's signed assertion must be for, where that is not the issuer (RFC 7523 §3). */
  readonly assertionAudience?: "token_endpoint";
  /** It answers a code verifier with an error and leaves the nonce out of its ID tokens. */
  readonly isTiedByStateAlone?: true;
  /** What it wants of a client, where its metadata does not say. */
  readonly clientAuthentication?: "client_secret_post";
  /** What its token endpoint calls a code or a refresh token that is no good, beside `invalid_grant`. */
  readonly grantErrors?: readonly string[];
  /** It takes the redirect URI from the registration alone, and naming it is an error. */
  readonly refusesRedirectUri?: true;
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
  /** false: its userinfo endpoint tells nothing more than the ID token, or takes no token that we get. */
  readonly hasUserinfo?: false;
  readonly readsAccessToken?: true;
  /** What a service account must be allowed: any one of these, to ask about listed groups or for all. */
  readonly directoryScopes?: (isListed: boolean) => readonly string[];
  /** Which of the options that only some providers take mean something here. */
  readonly takes?: readonly ParticularOption[];
  readonly guide?: Guide;
  /**
   * Reads who it is, asking the API where the answers do not say. Throws an `ApiError` when who it is cannot
   * be learnt; groups that cannot be learnt are a `groupsFault`.
   */
  identify(answers: Answers, options: Options, api: Api, directory?: Api): Person | Promise<Person>;
}

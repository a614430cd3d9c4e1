import type { Api, GroupsFault } from "./api.ts";
import type { Claims } from "./claims.ts";
import type { Guide, IssuerShape } from "./guide.ts";
import type { OfflineAccess } from "./offline-access.ts";

/** An operator's settings of a provider, by their names in the configuration. */
export interface Options {
  /** undefined = `email`, or what a kind has for an account without it. */
  readonly emailClaim: string | undefined;
  readonly groupsClaim: string;
  /** `both`: the groups of the ID token and of userinfo; undefined and `either`: of the first one with the claim. */
  readonly groupsFrom?: "either" | "both" | undefined;
  readonly usernameClaim: string;
  /** Accept addresses of an issuer that sends no `email_verified`; `always`: even with `email_verified: false`. */
  readonly trustEmail: boolean | "always";
  /** `owner/name`: users with write access are in the group `repo:owner/name`. */
  readonly repositories: readonly string[];
  /** `namespace/name`, optionally with the minimum access level: members are in `project:namespace/name`. */
  readonly projects: readonly string[];
  /** The groups to check in a directory; undefined `groups` = all groups of the user. */
  readonly directory: { readonly groups?: readonly string[] | undefined } | undefined;
}

/**
 * What an identity lacks of the provider's claims, and why, for the operator. It names claims and their forms, and
 * contains no value that may be personal.
 */
export interface Gaps {
  readonly email?: string | undefined;
  /** May exist beside groups, if only some entries count. */
  readonly groups?: string | undefined;
}

/** The identity of a visitor without the issuer, which the caller adds after checking it. */
export interface Person {
  readonly subject: string;
  /** A verified address only. */
  readonly email: string | undefined;
  readonly groups: readonly string[];
  /** Those of `groups` that every account has. Apps get them only if `access` or a rule names them. */
  readonly defaultGroups?: readonly string[] | undefined;
  /** Why the groups could not be read. `groups` is then empty, so rules that require a group deny. */
  readonly groupsFault?: GroupsFault | undefined;
  readonly gaps?: Gaps | undefined;
  readonly name: string | undefined;
  readonly preferredUsername: string | undefined;
}

/** The provider's responses at sign-in, already validated by the code flow. */
export interface Answers {
  /** Empty for a provider of OAuth 2.0 without OpenID Connect. */
  readonly idToken: Claims;
  readonly userinfo: Claims | undefined;
  /** The claims of a verified JWT access token, for providers with `accessTokenClaims`; empty if it names no subject. */
  readonly accessToken?: Claims | undefined;
}

/** A provider's endpoints in addition to, or instead of, its discovery document. */
export interface Endpoints {
  readonly authorization?: string | undefined;
  readonly token?: string | undefined;
  readonly userinfo?: string | undefined;
  readonly revocation?: string | undefined;
  /** The base address of its API; an `Api` sends requests only there. */
  readonly api?: string | undefined;
}

/** Options that only some kinds of provider support. */
export const particularOptions = ["repositories", "projects", "directory", "tenants"] as const;
export type ParticularOption = (typeof particularOptions)[number];

/** The address of an issuer's metadata, and the issuer in it. */
export interface Metadata {
  readonly address: string;
  /** May contain `{tenantid}`, a placeholder for the tenant's id. */
  readonly issuer: string;
}

/**
 * A drawing of our own for a provider: white letters on a tile of its colour. Few providers let others use their logo
 * in another form or beside other logos.
 */
export interface Mark {
  /** With enough contrast to white. */
  readonly colour: string;
  readonly letters: string;
}

/** One kind of provider: its settings, and how to read an identity from its responses. */
export interface Provider {
  readonly kind: string;
  /** Its name on the page where visitors choose a provider. */
  readonly label: string;
  /** Shown beside the label; undefined = its first letter. */
  readonly mark?: Mark;
  /** The only issuer of this kind, or the default one. */
  readonly issuer?: string;
  /** An example for kinds where every installation or tenant has its own issuer. */
  readonly issuerExample?: string;
  /** For metadata at an unusual address or with another issuer; undefined = as usual. */
  readonly metadata?: (issuer: string) => Metadata | undefined;
  readonly issuerShape?: IssuerShape;
  /** OAuth 2.0 without ID tokens: there is no discovery, and the identity comes from the API. */
  readonly isOAuthOnly?: true;
  readonly scope: string;
  /** Additional scopes that an option requires. */
  readonly scopeWith?: Readonly<Partial<Record<ParticularOption, string>>>;
  /** Parameters of every authorization request; the operator's `authorization` overrides them. */
  readonly authorization?: Readonly<Record<string, string>>;
  /** The response mode, if it is not the query (OAuth 2.0 Form Post Response Mode). */
  readonly responseMode?: "form_post";
  /** The client secret is a JWT signed with the operator's key, new for each request. */
  readonly clientSecretFromKey?: true;
  /** The audience of a client's signed assertion, if it is not the issuer (RFC 7523 §3). */
  readonly assertionAudience?: "token_endpoint";
  /** It rejects a code verifier and omits the nonce from its ID tokens, so only `state` binds the sign-in. */
  readonly isTiedByStateAlone?: true;
  /** The method of client authentication, if its metadata does not contain one. */
  readonly clientAuthentication?: "client_secret_post";
  /** Error codes of its token endpoint for an invalid code or refresh token, other than `invalid_grant`. */
  readonly grantErrors?: readonly string[];
  /** It uses the registered redirect URI and rejects requests with the parameter. */
  readonly refusesRedirectUri?: true;
  /** What a request for offline access consists of, unless the operator decides; undefined = the metadata decides. */
  readonly offlineAccess?: OfflineAccess;
  /** Whether an issuer is of this kind, by its address and its endpoints, for issuers configured as `oidc`. */
  readonly isIssuer?: (address: string) => boolean;
  /** Revoking one refresh token ends the user's sessions everywhere, so sign-out does not revoke it. */
  readonly revokesWholeGrant?: true;
  /** The `prompt` that lets the visitor choose an account. */
  readonly accountPrompt?: string;
  readonly endpoints?: (issuer: string) => Endpoints;
  /** Headers that its API requires in every request. */
  readonly apiHeaders?: Readonly<Record<string, string>>;
  /** The claim with its groups, if it is not `groups`. */
  readonly groupsClaim?: string;
  /** false: its userinfo endpoint has nothing that the ID token lacks, or accepts none of our tokens. */
  readonly hasUserinfo?: false;
  /** Claims that only its access token has. They count like those of the ID token, which wins if it has them too. */
  readonly accessTokenClaims?: readonly string[];
  /** The kinds of its signed tokens by the payload's `typ`, where the header's `typ` is JWT for every kind. */
  readonly tokenTypes?: Readonly<Record<string, "access" | "id">>;
  /** Scopes of a service account, any one of which is enough, for listed groups or for all. */
  readonly directoryScopes?: (isListed: boolean) => readonly string[];
  /** The options of `particularOptions` that it supports. */
  readonly takes?: readonly ParticularOption[];
  readonly guide?: Guide;
  /**
   * Reads the identity, with API requests for what the responses lack. Throws an `ApiError` if the subject cannot
   * be read; groups that cannot be read are a `groupsFault`.
   */
  identify(answers: Answers, options: Options, api: Api, directory?: Api): Person | Promise<Person>;
}

import * as v from "valibot";
import { claimValue } from "./access-schema.ts";
import { groupsClaim } from "../values/groups-claim.ts";
import { clientId, clientSecret, discoveryAddress, issuerAddress, text } from "../values/leaves.ts";

/**
 * Signatures checked with a public key. With a shared secret, every party that can check a token can also forge one
 * (RFC 8725 §3.1).
 */
export const asymmetricAlgorithms = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
] as const;

/** RFC 6749 §3.3. doorward also sends it in `WWW-Authenticate`, between quotes. */
const scope = v.pipe(
  v.string(),
  v.regex(
    /^[\x21\x23-\x5b\x5d-\x7e]+$/,
    "is not a scope: use one name, without spaces, quotes or backslashes",
  ),
);

const atLeastOne = "is empty, so no token could pass: add a value";

/** An issuer that is not used for sign-ins, only for the tokens that a rule accepts. */
const tokenIssuer = v.strictObject({
  issuer: issuerAddress,
  discovery: v.optional(discoveryAddress),
  /** Required without `metadata`: a token must be meant for this rule. */
  audiences: v.optional(v.pipe(v.array(text), v.minLength(1, atLeastOne))),
  algorithms: v.optional(
    v.pipe(v.array(v.picklist(asymmetricAlgorithms)), v.minLength(1, atLeastOne)),
    [...asymmetricAlgorithms],
  ),
  scopes: v.optional(v.array(scope), []),
  /** Every claim must match, each by one of its values. */
  claims: v.optional(
    v.record(text, v.union([claimValue, v.pipe(v.array(claimValue), v.minLength(1, atLeastOne))])),
    {},
  ),
  /** For introspection only. */
  clientId: v.optional(clientId),
  clientSecret: v.optional(clientSecret),
  emailClaim: v.optional(text, "email"),
  groupsClaim: v.optional(groupsClaim, "groups"),
  usernameClaim: v.optional(text, "preferred_username"),
  trustEmail: v.optional(v.boolean(), false),
});

const options = v.strictObject({
  /** Also accepts OpenID Connect ID tokens. Off by default, because an ID token is meant for its client. */
  idTokens: v.optional(v.boolean(), false),
  /** Also accepts opaque tokens, by a request to their issuer (RFC 7662). */
  introspection: v.optional(v.boolean(), false),
  scopes: v.optional(v.array(scope), []),
  issuers: v.optional(v.array(tokenIssuer), []),
  /** Publishes where clients get tokens (RFC 9728), and requires tokens for this resource (RFC 8707). */
  metadata: v.optional(v.boolean(), false),
});

const justTokens = v.pipe(
  v.literal(true),
  v.transform(() => v.parse(options, {})),
);

/** `true` = JWT access tokens of the site's providers. */
export const bearer = v.lazy((written) => (typeof written === "object" ? options : justTokens));

export type TokenIssuerConfig = v.InferOutput<typeof tokenIssuer>;

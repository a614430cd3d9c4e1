import * as v from "valibot";
import { claimValue } from "./access-schema.ts";
import { text, checkedString, webAddress } from "../values/leaves.ts";

/** Signatures that a public key checks. A shared secret would let whoever can check a token make one (RFC 8725 §3.1). */
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

/** RFC 6749 §3.3. It also goes into a header of ours, between quotes. */
const scope = checkedString((written) =>
  /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(written)
    ? undefined
    : "is no scope: write one name, without spaces or quotes",
);

const atLeastOne = "is empty: it would let nothing pass";

/** An issuer at which nobody signs in, but whose tokens a rule takes. */
const tokenIssuer = v.strictObject({
  issuer: webAddress,
  audiences: v.pipe(v.array(text), v.minLength(1, atLeastOne)),
  algorithms: v.optional(
    v.pipe(v.array(v.picklist(asymmetricAlgorithms)), v.minLength(1, atLeastOne)),
    [...asymmetricAlgorithms],
  ),
  scopes: v.optional(v.array(scope), []),
  /** All must hold, each by one of its values. */
  claims: v.optional(
    v.record(text, v.union([claimValue, v.pipe(v.array(claimValue), v.minLength(1, atLeastOne))])),
    {},
  ),
  /** For introspection alone. */
  clientId: v.optional(text),
  clientSecret: v.optional(text),
  emailClaim: v.optional(text, "email"),
  groupsClaim: v.optional(text, "groups"),
  usernameClaim: v.optional(text, "preferred_username"),
  trustEmail: v.optional(v.boolean(), false),
});

const options = v.strictObject({
  /** OpenID Connect's ID tokens too: they were made for the client to read, so not unless asked. */
  idTokens: v.optional(v.boolean(), false),
  /** Tokens that only their issuer can read: it is asked about each. */
  introspection: v.optional(v.boolean(), false),
  scopes: v.optional(v.array(scope), []),
  issuers: v.optional(v.array(tokenIssuer), []),
});

const justTokens = v.pipe(
  v.literal(true),
  v.transform(() => v.parse(options, {})),
);

/** `true` = JWT access tokens of the site's own providers. */
export const bearer = v.lazy((written) => (typeof written === "object" ? options : justTokens));

export type BearerConfig = v.InferOutput<typeof options>;
export type TokenIssuerConfig = v.InferOutput<typeof tokenIssuer>;

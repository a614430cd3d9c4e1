import * as v from "valibot";
import { path, text } from "../values/leaves.ts";

/** How a client proves who it is, by the names of RFC 7591 §2; `client_assertion` is a token that others write. */
export const clientMethods = [
  "client_secret_basic",
  "client_secret_post",
  "private_key_jwt",
  "client_assertion",
  "tls_client_auth",
  "self_signed_tls_client_auth",
  "none",
] as const;

export type ClientMethod = (typeof clientMethods)[number];

/** The settings of a provider that say who our client is there. */
export const clientEntries = {
  clientId: text,
  clientSecret: v.optional(text),
  /** Left out: as the settings below and the issuer's metadata have it. */
  clientAuthentication: v.optional(v.picklist(clientMethods)),
  /** A private key in PEM or as a JWK, that signs assertions or belongs to the certificate. */
  clientKeyFile: v.optional(path),
  /** The name that the issuer knows the key by. */
  clientKeyId: v.optional(text),
  /** The team that a key of Apple's belongs to. */
  clientTeamId: v.optional(text),
  /** Whom an assertion of ours is for. */
  clientAssertionAudience: v.optional(v.picklist(["issuer", "token_endpoint"])),
  /** A token that is renewed under us, as Kubernetes and Entra workload identity project it. */
  clientAssertionFile: v.optional(path),
  /** The certificate, and what it was signed with, in PEM. */
  clientCertificateFile: v.optional(path),
};

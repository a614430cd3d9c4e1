import * as v from "valibot";
import { clientId, clientSecret, path, text } from "../values/leaves.ts";

/** Methods of client authentication by their names in RFC 7591 §2; `client_assertion` is a token from a file. */
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

/** The settings of a provider that identify doorward's client. */
export const clientEntries = {
  clientId,
  clientSecret: v.optional(clientSecret),
  /** undefined = chosen by the settings below and the issuer's metadata. */
  clientAuthentication: v.optional(v.picklist(clientMethods)),
  /** A private key in PEM or as a JWK. It signs assertions or belongs to the certificate. */
  clientKeyFile: v.optional(path),
  /** The key's id at the issuer. */
  clientKeyId: v.optional(text),
  /** The team of an Apple key. */
  clientTeamId: v.optional(text),
  /** The audience of assertions that doorward signs. */
  clientAssertionAudience: v.optional(v.picklist(["issuer", "token_endpoint"])),
  /** A token that another process renews, such as Kubernetes or Entra workload identity. */
  clientAssertionFile: v.optional(path),
  /** The certificate and its chain, in PEM. */
  clientCertificateFile: v.optional(path),
};

import { openid } from "./openid.ts";

/** Any OpenID Connect issuer, named by its address. */
export const oidc = openid({
  kind: "oidc",
  label: "OpenID Connect",
  scope: "openid email profile",
  accountPrompt: "login", // OpenID Connect Core §3.1.2.1: the one that every issuer must know
});

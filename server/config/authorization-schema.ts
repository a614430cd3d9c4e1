import * as v from "valibot";

/**
 * Parameters of the authorization request that the operator may set. The list leaves out those that protect a
 * sign-in, those that control where the response goes, and `request` and `request_uri`, which override the others.
 */
export const authorizationParameters = [
  "access_type", // Google: `offline` gives a refresh token
  "acr_values",
  "approval_prompt", // the old name of Google's `prompt`, still used by some services
  "audience", // Auth0, ZITADEL: the API that the access token is for
  "claims", // OpenID Connect Core §5.5: single claims, for issuers that send them only on request
  "claims_locales",
  "connection", // Auth0: the upstream source of accounts
  "display",
  "domain_hint", // Entra: the domain of the accounts
  "hd", // Google: the domain of the accounts
  "identity_provider", // Cognito: the upstream source of accounts
  "idp", // Okta: the upstream source of accounts
  "include_granted_scopes", // Google: keeps earlier grants
  "kc_idp_hint", // Keycloak: the upstream source of accounts
  "login_hint",
  "max_age",
  "organization", // Auth0: the organization of the accounts
  "prompt",
  "resource", // RFC 8707; ADFS
  "screen_hint", // Auth0, WorkOS: sign in or sign up
  "team", // Slack: the workspace
  "ui_locales",
] as const;

/** Extra parameters of the authorization request, by name. */
export const authorization = v.pipe(
  v.record(v.picklist(authorizationParameters), v.string()),
  v.check(
    ({ max_age: age = "0" }) => /^\d+$/.test(age),
    "contains a max_age that is not a number of seconds",
  ),
  v.check(
    ({ claims = "{}" }) => isJsonObject(claims),
    'contains claims that are not a JSON object: write them as text, such as \'{"userinfo":{"groups":null}}\'',
  ),
);

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

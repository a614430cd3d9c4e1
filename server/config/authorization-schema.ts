import * as v from "valibot";

/**
 * Parameters of the authorization request that are the operator's choice. What protects a sign-in is none of
 * them, nor what says where the answer goes, or could stand for all the others (`request`, `request_uri`).
 */
export const authorizationParameters = [
  "access_type", // Google: `offline` gives a refresh token
  "acr_values",
  "approval_prompt", // the older name of Google's `prompt`, which some services kept
  "audience", // Auth0, ZITADEL: the API that the access token is for
  "claims", // OpenID Connect Core §5.5: single claims, where an issuer gives them only when asked
  "claims_locales",
  "connection", // Auth0: which of its sources of accounts
  "display",
  "domain_hint", // Entra: whose accounts
  "hd", // Google: the same
  "identity_provider", // Cognito: which of its sources of accounts
  "idp", // Okta: the same
  "include_granted_scopes", // Google: what was granted before stays granted
  "kc_idp_hint", // Keycloak: the same as `connection`
  "login_hint",
  "max_age",
  "organization", // Auth0: whose accounts
  "prompt",
  "resource", // RFC 8707; ADFS
  "screen_hint", // Auth0, WorkOS: sign in or sign up
  "team", // Slack: which workspace
  "ui_locales",
] as const;

/** Extra parameters of the authorization request, by name. */
export const authorization = v.pipe(
  v.record(v.picklist(authorizationParameters), v.string()),
  v.check(
    ({ max_age: age = "0" }) => /^\d+$/.test(age),
    "holds a max_age that is no number of seconds",
  ),
  v.check(
    ({ claims = "{}" }) => isJsonObject(claims),
    'holds claims that are no JSON object: write them as text, such as \'{"userinfo":{"groups":null}}\'',
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

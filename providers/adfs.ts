import { text } from "./claims.ts";
import { identify, orGroupsIn } from "./openid.ts";
import type { Provider } from "./provider.ts";

/**
 * Active Directory Federation Services. Its access tokens have another issuer (`access_token_issuer` in its
 * metadata), so the identity comes from the ID token only.
 */
export const adfs: Provider = {
  kind: "adfs",
  label: "AD FS",
  mark: { colour: "#0b5cad", letters: "AD" },
  issuerExample: "https://adfs.example.com/adfs",
  issuerShape: { written: "`https://HOST/adfs`", pattern: /\/adfs$/ },
  isIssuer: (address) => /^https:\/\/[^/]+\/adfs\/?$/.test(address),
  scope: "openid email profile",
  accountPrompt: "login",
  offlineAccess: {
    request: "nothing",
    because:
      "AD FS has no such scope: `Set-AdfsWebApiApplication -IssueOAuthRefreshTokensTo AllDevices` makes it send a refresh token",
  },
  guide: {
    register: "AD FS Management → Application Groups → Server application accessing a web API",
    permissions: "the scopes openid, email, profile and, for claims in the ID token, allatclaims",
    groups: "the claim `groups`, or else `group`, from a claim rule",
    emails: "unsaid",
    renewal: "refresh token",
    notes: [
      "For a user without `email`, doorward uses the `upn` as the address, which is accepted with `trustEmail: true`. `emailClaim: email` excludes it.",
      "Custom claims require `scope: openid email profile allatclaims`.",
    ],
  },
  hasUserinfo: false, // it contains only `sub`
  identify({ idToken }, options) {
    const { upn, email } = idToken;
    // Only accounts of the directory have a `upn`, so `trustEmail` covers it as well.
    const isUpn =
      options.emailClaim === undefined && text(email) === undefined && text(upn) !== undefined;
    const claims = isUpn ? { ...idToken, email: upn } : idToken;
    const emailClaim = isUpn ? "upn" : options.emailClaim;
    const person = identify({ idToken: claims, userinfo: undefined }, { ...options, emailClaim });
    const preferredUsername = person.preferredUsername ?? text(upn) ?? text(idToken.unique_name);
    // AD FS claim rules name the claim `group`, for one group or several.
    return { ...orGroupsIn("group", person, idToken, options), preferredUsername };
  },
};

import { text, texts } from "./claims.ts";
import { identify } from "./openid.ts";
import type { Provider } from "./provider.ts";

/**
 * Active Directory Federation Services. Its access tokens are of another issuer (`access_token_issuer` in its
 * metadata), which is none of ours: who it is comes from the ID token alone.
 */
export const adfs: Provider = {
  kind: "adfs",
  label: "AD FS",
  issuerExample: "https://adfs.example.com/adfs",
  issuerShape: { written: "`https://HOST/adfs`", pattern: /\/adfs$/ },
  scope: "openid email profile",
  accountPrompt: "login",
  hasUserinfo: false, // it tells `sub` and nothing else
  guide: {
    register: "AD FS Management → Application Groups → Server application accessing a web API",
    permissions: "the permitted scopes openid, email, profile and allatclaims",
    groups:
      "the claims `groups` or `group`, once an issuance transform rule sends Token-Groups by such a name in the ID token",
    emails: "unsaid",
    renewal: "refresh token",
    notes: ["Where there is no `email`, the `upn` stands for it, if `trustEmail` is on."],
  },
  identify({ idToken }, options) {
    const { upn, email } = idToken;
    // Only accounts of the directory have a `upn`, so the operator who trusts its addresses trusts it too.
    const claims =
      text(email) === undefined && text(upn) !== undefined ? { ...idToken, email: upn } : idToken;
    const person = identify({ idToken: claims, userinfo: undefined }, options);
    const preferredUsername = person.preferredUsername ?? text(upn) ?? text(idToken.unique_name);
    // Its rules for claims call one group `group`, and several too.
    const groups = person.groups.length > 0 ? person.groups : texts(idToken.group);
    return { ...person, groups, preferredUsername };
  },
};

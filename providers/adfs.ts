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
  guide: {
    register: "AD FS Management → Application Groups → Server application accessing a web API",
    permissions: "the scopes openid, email, profile and, for claims in the ID token, allatclaims",
    groups: "the claim `groups`, or else `group`, as a claim rule sends it",
    emails: "unsaid",
    renewal: "refresh token",
    notes: [
      "Somebody without `email` has the `upn` for an address, which counts with `trustEmail: true`.",
      "Claims of your own come with `scope: openid email profile allatclaims`.",
    ],
  },
  hasUserinfo: false, // it tells `sub` and nothing else
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

import { claimAt, id, text } from "./claims.ts";
import type { Provider } from "./provider.ts";

/** SourceHut (sr.ht), or an installation of it with the address of its meta service as `issuer`. */
export const sourcehut: Provider = {
  kind: "sourcehut",
  label: "SourceHut",
  mark: { colour: "#33383d", letters: "sh" },
  issuer: "https://meta.sr.ht",
  isOAuthOnly: true,
  scope: "meta.sr.ht/PROFILE:RO",
  // Its Basic authentication expects the plain secret, but RFC 6749 §2.3.1 requires an encoded one.
  clientAuthentication: "client_secret_post",
  refusesRedirectUri: true,
  endpoints: (issuer) => ({
    authorization: `${issuer}/oauth2/authorize`,
    token: `${issuer}/oauth2/access-token`,
    api: issuer,
  }),
  guide: {
    register: "meta.sr.ht/oauth2 → Register new client",
    permissions: "the grant meta.sr.ht/PROFILE:RO",
    emails: "unsaid",
    renewal: "access token",
    notes: [
      "SourceHut has one redirect URI per client and supports no PKCE: only the secret and `state` protect against a stolen code.",
    ],
  },
  async identify(_, { trustEmail }, api) {
    const query = "{ me { id username email } }";
    const { body } = await api("/query", { method: "POST", body: { query } });
    const me = claimAt(body, "data.me");
    return {
      subject: id(claimAt(me, "id")) ?? "",
      email: trustEmail ? text(claimAt(me, "email")) : undefined,
      groups: [],
      name: undefined,
      preferredUsername: text(claimAt(me, "username")),
    };
  },
};

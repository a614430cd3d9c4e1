import { claimAt, id, text } from "./claims.ts";
import type { Provider } from "./provider.ts";

/** SourceHut (sr.ht), and an installation of it by the address of its meta service as `issuer`. */
export const sourcehut: Provider = {
  kind: "sourcehut",
  label: "SourceHut",
  issuer: "https://meta.sr.ht",
  isOAuthOnly: true,
  scope: "meta.sr.ht/PROFILE:RO",
  // Its Basic authentication takes the secret as it is, where RFC 6749 §2.3.1 has it encoded.
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
      "SourceHut knows a client's one redirect URI and takes no PKCE: the secret and `state` alone hold a stolen code back.",
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

import { identifyMicrosoft } from "./entra-id.ts";
import type { Provider } from "./provider.ts";

/** Entra ID by its older endpoints, for apps that require the `resource` parameter or tokens of version 1. */
export const azure: Provider = {
  kind: "azure",
  label: "Microsoft",
  mark: { colour: "#0b5cad", letters: "M" },
  issuerExample: "https://sts.windows.net/11111111-2222-3333-4444-555555555555/",
  issuerShape: {
    written: "`https://sts.windows.net/TENANT-ID/`",
    pattern: /^https:\/\/sts\.windows\.net\/[0-9a-f-]{36}\/$/,
  },
  isIssuer: (address) => address.startsWith("https://sts.windows.net/"),
  metadata(issuer) {
    const [, tenant] = /^https:\/\/sts\.windows\.net\/([^/]+)\/$/.exec(issuer) ?? [];
    if (tenant === undefined) return undefined;
    const login = "https://login.microsoftonline.com";
    return { address: `${login}/${tenant}/.well-known/openid-configuration`, issuer };
  },
  scope: "openid",
  // Without it the access token is for the retired Azure AD Graph.
  authorization: { resource: "https://graph.microsoft.com" },
  accountPrompt: "select_account",
  hasUserinfo: false,
  endpoints: () => ({ api: "https://graph.microsoft.com/v1.0" }),
  offlineAccess: {
    request: "nothing",
    because: "the older endpoints have no such scope and send a refresh token with every code",
  },
  guide: {
    register: "the same place as for entra-id, which is the better choice for new set-ups",
    permissions: "User.Read, and the groups claim",
    groups: "the same as for entra-id",
    emails: "unsaid",
    renewal: "refresh token",
  },
  identify: identifyMicrosoft,
};

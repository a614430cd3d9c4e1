import type { Configuration } from "oidc-provider";

/** Settings of oidc-provider for dynamic registration (RFC 7591) and JWT access tokens of any resource (RFC 8707). */
export function resourceServers(scopes: readonly string[]): Configuration {
  const scope = scopes.join(" ");
  return {
    scopes: ["openid", ...scopes],
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, audience) => ({ scope, audience, accessTokenFormat: "jwt" }),
        useGrantedResource: () => true,
      },
    },
    // Every account has given consent already.
    loadExistingGrant: async ({ oidc: { client, session, params, provider } }) => {
      if (client === undefined || session?.accountId === undefined) return undefined;
      const { clientId } = client;
      const grant = new provider.Grant({ clientId, accountId: session.accountId });
      const asked = String(params?.scope ?? "");
      grant.addOIDCScope(asked);
      grant.addResourceScope(String(params?.resource), asked);
      await grant.save();
      return grant;
    },
  };
}

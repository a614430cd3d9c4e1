import type { IncomingMessage } from "node:http";
import { startIssuer, type Issuer } from "../../demo/issuer.ts";
import { client } from "../peers/sign-in-door.ts";

/**
 * The certified issuer with single-use refresh tokens: reuse of one ends the whole grant. It reports ended sessions
 * to `signOutUri` (Back-Channel Logout 1.0).
 */
export function startRefreshingIssuer(parts: {
  readonly port: number;
  readonly site: string;
  readonly signOutUri?: string;
  readonly before?: (request: IncomingMessage) => Promise<void>;
}): Promise<Issuer> {
  const { port, site, signOutUri, before } = parts;
  return startIssuer({
    accounts: [{ id: "ada", claims: { name: "Ada", email: "ada@example.com" } }],
    ...client,
    redirectUris: [`${site}/callback`],
    port,
    ...(before && { before }),
    configuration: {
      clients: [
        {
          client_id: client.clientId,
          client_secret: client.clientSecret,
          redirect_uris: [`${site}/callback`],
          grant_types: ["authorization_code", "refresh_token"],
          ...(signOutUri !== undefined && {
            backchannel_logout_uri: signOutUri,
            backchannel_logout_session_required: true,
          }),
        },
      ],
      rotateRefreshToken: true,
      // Its own fetch refuses loopback addresses.
      fetch: (url, init = {}) => {
        delete init.dispatcher;
        return fetch(url, init);
      },
      issueRefreshToken: async (_, relyingParty) => relyingParty.grantTypeAllowed("refresh_token"),
      features: {
        devInteractions: { enabled: false },
        backchannelLogout: { enabled: true },
        revocation: { enabled: true },
      },
    },
  });
}

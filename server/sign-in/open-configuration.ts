import {
  Configuration,
  customFetch,
  discovery,
  type ClientAuth,
  type ClientMetadata,
  type ServerMetadata,
} from "openid-client";

type Open = (
  metadata: ServerMetadata,
  clientId: string,
  client: Partial<ClientMetadata>,
  auth: ClientAuth,
) => Promise<Configuration>;

export const openPlain: Open = async (metadata, clientId, client, auth) =>
  new Configuration(metadata, clientId, client, auth);

/**
 * openid-client inserts a token's `tid` into a templated issuer only after discovery at Microsoft's address, so this
 * returns the metadata already found; no request is sent. `issuerFault` checks which tenants are allowed.
 */
export const openTemplated: Open = (metadata, clientId, client, auth) =>
  discovery(new URL("https://login.microsoftonline.com/common/v2.0"), clientId, client, auth, {
    [customFetch]: async () => Response.json(metadata),
  });

import { providers } from "../../providers/registry.ts";
import { createCounts } from "../../server/observe/counts.ts";
import { secretAuthentication } from "../../server/sign-in/client-authentication.ts";
import { createIssuerFetch } from "../../server/sign-in/issuer-fetch.ts";
import { createRelyingParty, type RelyingParty } from "../../server/sign-in/relying-party.ts";
import { configOf } from "./doorward.ts";

export const issuer = "https://id.example.com";

export const usualMetadata = {
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/keys`,
  userinfo_endpoint: `${issuer}/me`,
  revocation_endpoint: `${issuer}/revoke`,
  end_session_endpoint: `${issuer}/end`,
};

/** A response of the issuer to a request with this path and form. */
export type Reply = (path: string, form: URLSearchParams) => Promise<Response>;

interface PartyOptions {
  readonly type?: string;
  readonly isAlone?: boolean;
  readonly settings?: object;
  readonly now?: () => number;
}

/** Our registration at an issuer whose responses a function returns, the metadata included. */
export function memoryParty(
  reply: Reply,
  { type = "oidc", isAlone = true, settings = {}, now = Date.now }: PartyOptions = {},
): RelyingParty {
  const provider = providers.get(type);
  const own = { type, clientId: "door", clientSecret: "shh", ...(type === "oidc" && { issuer }) };
  const config = configOf({
    url: "https://app.example.com/_auth",
    providers: { company: { ...own, ...settings } },
    access: { anyone: true },
  });
  const { company } = config.providers;
  if (provider === undefined || company === undefined) throw new Error(`no provider ${type}`);
  const fetch = createIssuerFetch((url, { body }) => {
    const form = new URLSearchParams(body instanceof URLSearchParams ? body : String(body ?? ""));
    return reply(new URL(url).pathname, form);
  });
  const log = { warn: () => undefined };
  const authentication = secretAuthentication("shh");
  const parts = { fetch, counts: createCounts(), now, log, isAlone, authentication };
  return createRelyingParty("company", provider, company, parts);
}

export const metadataPath = "/.well-known/openid-configuration";

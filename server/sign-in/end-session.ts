import { buildEndSessionUrl, tokenRevocation } from "openid-client";
import type { Site } from "../config/site.ts";
import { exchangeError } from "./issuer-error.ts";
import type { RelyingParty } from "./relying-party.ts";
import type { Tokens } from "./token-endpoint.ts";

/**
 * The URL that signs the visitor out at the issuer too (OpenID Connect RP-Initiated Logout 1.0 §2); undefined = the
 * issuer has none. Throws "issuer_unreachable" or "issuer_broken".
 */
export async function endSessionUrl(
  party: RelyingParty,
  site: Site,
  idToken: string | undefined,
  state: string,
): Promise<string | undefined> {
  const configuration = await party.discover();
  if (configuration.serverMetadata().end_session_endpoint === undefined) return undefined;
  return buildEndSessionUrl(configuration, {
    ...(idToken !== undefined && { id_token_hint: idToken }),
    post_logout_redirect_uri: site.address("sign_out"),
    state,
  }).href;
}

/** Revokes a refresh token at the issuer (RFC 7009). Throws the errors of discovery and of the request. */
export async function revokeTokens(party: RelyingParty, tokens: Tokens | undefined): Promise<void> {
  const { refreshToken } = tokens ?? {};
  if (refreshToken === undefined || party.provider.revokesWholeGrant) return;
  try {
    const configuration = await party.discover();
    if (configuration.serverMetadata().revocation_endpoint === undefined) return;
    await tokenRevocation(configuration, refreshToken, { token_type_hint: "refresh_token" });
  } catch (error) {
    throw exchangeError(error, `revoking a refresh token at ${party.issuer} failed`);
  }
}

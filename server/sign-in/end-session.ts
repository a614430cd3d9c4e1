import { buildEndSessionUrl, tokenRevocation } from "openid-client";
import { claimAt, text } from "../../providers/claims.ts";
import type { Site } from "../config/site.ts";
import { AuthError } from "../errors.ts";
import { longestLocation } from "../http/response.ts";
import type { Identity } from "../identity/identity.ts";
import { exchangeError } from "./issuer-error.ts";
import type { RelyingParty } from "./relying-party.ts";
import type { Tokens } from "./token-endpoint.ts";

/** Claims of many groups make ID tokens of 10 KiB and more, and nginx reads a head of 4 KiB by default. */
const longestHint = 2_048;
const longestName = 200;

/** The session that a sign-out ended. */
interface Ended {
  readonly identity: Identity;
  readonly idToken: string | undefined;
}

/**
 * The URL that signs the visitor out at the issuer too (OpenID Connect RP-Initiated Logout 1.0 §2); undefined = the
 * issuer has none. A long ID token is left out: then `client_id` and `logout_hint` say whose session ends. Throws
 * "issuer_unreachable" or "issuer_broken".
 */
export async function endSessionUrl(
  party: RelyingParty,
  site: Site,
  { identity, idToken }: Ended,
  state: string,
): Promise<string | undefined> {
  const configuration = await party.discover();
  if (configuration.serverMetadata().end_session_endpoint === undefined) return undefined;
  const { href } = buildEndSessionUrl(configuration, {
    ...hintOf(identity, idToken),
    post_logout_redirect_uri: site.address("sign_out"),
    state,
  });
  if (href.length <= longestLocation) return href;
  throw new AuthError(
    "issuer_broken",
    `the end_session_endpoint of ${party.issuer} makes an address of ${href.length} characters, more than ${longestLocation}`,
  );
}

/** oauth2-proxy's placeholder, as `id_token_hint` only: another parameter may carry it on to another host. */
const placeholder = /(?<=[?&]id_token_hint=)\{id_token\}(?=[&#]|$)/;

/**
 * The return target of a sign-out with the session's ID token in place of `{id_token}`. Only an
 * `end_session_endpoint` of `parties` gets the token: of the session's own party, or without a session of any. A long
 * token is left out: then `client_id` and `logout_hint` take its place. undefined = the target has no placeholder, or is
 * elsewhere. Throws "issuer_unreachable" or "issuer_broken".
 */
export async function hintedTarget(
  parties: readonly RelyingParty[],
  ended: Ended | undefined,
  target: string,
): Promise<string | undefined> {
  if (!placeholder.test(target)) return undefined;
  for (const party of parties) {
    const metadata = (await party.discover()).serverMetadata();
    if (!isPlaceOf(metadata.end_session_endpoint, target)) continue;
    const hint = ended === undefined ? {} : hintOf(ended.identity, ended.idToken);
    const { id_token_hint: token, ...others } = hint;
    if (token !== undefined) return target.replace(placeholder, token);
    const url = new URL(target);
    url.searchParams.delete("id_token_hint");
    for (const [name, value] of Object.entries({ client_id: party.settings.clientId, ...others }))
      if (!url.searchParams.has(name)) url.searchParams.set(name, value);
    return url.href;
  }
  return undefined;
}

/** The origin alone would not do: other tenants or users may have pages there. */
function isPlaceOf(endpoint: string | undefined, target: string): boolean {
  const [place, wanted] = [URL.parse(endpoint ?? ""), new URL(target)];
  return place?.origin === wanted.origin && place.pathname === wanted.pathname;
}

/** Microsoft takes the claim `login_hint` as the `logout_hint`, other issuers the address or the name. */
function hintOf(
  { claims, email, preferredUsername }: Identity,
  idToken: string | undefined,
): Record<string, string> {
  if (idToken !== undefined && idToken.length <= longestHint) return { id_token_hint: idToken };
  const hint = text(claimAt(claims, "login_hint")) ?? email ?? preferredUsername;
  return hint === undefined || hint.length > longestName ? {} : { logout_hint: hint };
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

import type { TokenEndpointResponse, TokenEndpointResponseHelpers } from "openid-client";

/** What an issuer gave us, to pass on and to ask it again with. */
export interface Tokens {
  readonly accessToken: string | undefined;
  /** Milliseconds since the epoch; undefined = the issuer does not say. */
  readonly accessTokenExpiresAt: number | undefined;
  readonly refreshToken: string | undefined;
  readonly idToken: string | undefined;
}

export const noTokens: Tokens = {
  accessToken: undefined,
  accessTokenExpiresAt: undefined,
  refreshToken: undefined,
  idToken: undefined,
};

/** The issuer's answer (RFC 6749 §5.1), received at `now`. */
export function tokensOf(
  answer: TokenEndpointResponse & TokenEndpointResponseHelpers,
  now: number,
) {
  const seconds = answer.expiresIn();
  return {
    accessToken: answer.access_token,
    accessTokenExpiresAt: seconds === undefined ? undefined : now + seconds * 1000,
    refreshToken: answer.refresh_token,
    idToken: answer.id_token,
  };
}

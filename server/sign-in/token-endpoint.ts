import { claimAt, id, text, texts } from "../../providers/claims.ts";
import type { Provider } from "../../providers/provider.ts";
import type { IssuerFetch } from "./issuer-fetch.ts";
import { formOf } from "./sent-secrets.ts";
import { wholeResponse } from "./whole-response.ts";
import type { TokenEndpointResponse, TokenEndpointResponseHelpers } from "openid-client";

/** The tokens from an issuer, for identity headers and renewal. */
export interface Tokens {
  readonly accessToken: string | undefined;
  /** Milliseconds since the epoch; undefined = the response has no expires_in. */
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

/** The tokens in a token response (RFC 6749 §5.1), received at `now`. */
export function tokensOf(
  answer: Pick<TokenEndpointResponse, "access_token" | "refresh_token" | "id_token"> &
    Pick<TokenEndpointResponseHelpers, "expiresIn">,
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

/** openid-client accepts DPoP too: a token that is bound to a key, without which doorward cannot use it. */
export function tokenTypeFault({
  token_type: type,
}: Pick<TokenEndpointResponse, "token_type">): string | undefined {
  return type.toLowerCase() === "bearer"
    ? undefined
    : `the token response has the token_type ${type}, not Bearer`;
}

/**
 * The name of a renewed ID token in the responses to refresh grants. openid-client would reject the whole response for
 * an ID token that it cannot validate, and with it the new refresh token; `renewal.ts` validates the ID token later.
 */
const renewedIdToken = "renewed_id_token";

/** The unverified ID token in the response to a refresh grant. */
export function renewedIdTokenIn(answer: TokenEndpointResponse): string | undefined {
  const written = answer[renewedIdToken];
  return written === undefined ? undefined : String(written);
}

/** The refresh token in a response that openid-client rejects; its error contains the response. */
export function refreshTokenIn(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const found = text(claimAt(cause.cause, "body.refresh_token"));
    if (found !== undefined) return found;
  }
  return undefined;
}

export type TokenQuirks = Pick<Provider, "grantErrors" | "refusesRedirectUri">;

/**
 * `fetch` for a token endpoint: converts non-standard responses to RFC 6749 §5. A response that is neither a success
 * nor a refusal is left unchanged, and nothing else is ever turned into a success.
 */
export function atTokenEndpoint(
  fetch: IssuerFetch,
  { grantErrors = [], refusesRedirectUri }: TokenQuirks = {},
): IssuerFetch {
  return async (url, init) => {
    const request = refusesRedirectUri ? withoutRedirectUri(init) : init;
    const response = await wholeResponse(await fetch(url, request), url);
    const { status } = response;
    const body = parsed(await response.text());
    const refusal = refusalIn(body);
    if (refusal !== undefined) {
      const error = grantErrors.includes(refusal) ? "invalid_grant" : refusal;
      return Response.json({ ...body, error }, { status: status === 200 ? 400 : status });
    }
    const conformed = body && conform(body, init);
    return conformed === body ? response : response.with(JSON.stringify(conformed));
  };
}

function withoutRedirectUri(init: object): object {
  const form = formOf(init);
  form.delete("redirect_uri");
  return { ...init, body: form };
}

function parsed(written: string): object | undefined {
  try {
    const value: unknown = JSON.parse(written);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined; // not JSON: openid-client reports it
  }
}

/**
 * The error in a response, also with status 200 (GitHub, Slack), as an object with a number (Facebook), or only as a
 * message (Twitch).
 */
function refusalIn(body: object | undefined): string | undefined {
  const error = claimAt(body, "error");
  const named = id(claimAt(error, "code")) ?? text(error);
  const isSuccess = claimAt(body, "access_token") !== undefined;
  return named ?? (isSuccess ? undefined : text(claimAt(body, "message")));
}

/** RFC 6749 §5.1 defines `scope` as a string; Twitch sends a list. */
function conform(body: object, init: object): object {
  const scope = claimAt(body, "scope");
  const joined = Array.isArray(scope) ? { ...body, scope: texts(scope).join(" ") } : body;
  if (!("id_token" in joined) || formOf(init).get("grant_type") !== "refresh_token") return joined;
  const { id_token: idToken, ...others } = joined;
  return { ...others, [renewedIdToken]: idToken };
}

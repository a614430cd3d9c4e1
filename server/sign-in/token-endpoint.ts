import { claimAt, id, text, texts } from "../../providers/claims.ts";
import type { Provider } from "../../providers/provider.ts";
import type { IssuerFetch } from "./issuer-fetch.ts";
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

export type TokenQuirks = Pick<Provider, "grantErrors" | "refusesRedirectUri">;

/**
 * `fetch` for a token endpoint: what providers say there in words of their own is put into those of RFC 6749 §5,
 * and nothing is made of an answer that says neither yes nor no. A yes is never made of anything else.
 */
export function atTokenEndpoint(
  fetch: IssuerFetch,
  { grantErrors = [], refusesRedirectUri }: TokenQuirks = {},
): IssuerFetch {
  return async (url, init) => {
    const asked = refusesRedirectUri ? withoutRedirectUri(init) : init;
    const response = await fetch(url, asked);
    const written = await response.text();
    const { status, statusText, headers } = response;
    const said = parsed(written);
    const refusal = refusalIn(said);
    if (refusal !== undefined) {
      const error = grantErrors.includes(refusal) ? "invalid_grant" : refusal;
      return Response.json({ ...said, error }, { status: status === 200 ? 400 : status });
    }
    const body = said === undefined ? written : JSON.stringify(conform(said));
    return new Response(body, { status, statusText, headers });
  };
}

function withoutRedirectUri(init: object): object {
  const form = "body" in init ? new URLSearchParams(String(init.body)) : new URLSearchParams();
  form.delete("redirect_uri");
  return { ...init, body: form };
}

function parsed(written: string): object | undefined {
  try {
    const value: unknown = JSON.parse(written);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined; // no JSON: openid-client says what it thinks of that
  }
}

/**
 * What an answer calls its error, though it come with status 200 (GitHub, Slack), with a number and a text of its
 * own (Facebook), or with the text alone (Twitch).
 */
function refusalIn(said: object | undefined): string | undefined {
  const error = claimAt(said, "error");
  const named = id(claimAt(error, "code")) ?? text(error);
  const isYes = claimAt(said, "access_token") !== undefined;
  return named ?? (isYes ? undefined : text(claimAt(said, "message")));
}

/** RFC 6749 §5.1 has `scope` as one string, and Twitch sends a list. */
function conform(said: object): object {
  const scope = claimAt(said, "scope");
  return Array.isArray(scope) ? { ...said, scope: texts(scope).join(" ") } : said;
}

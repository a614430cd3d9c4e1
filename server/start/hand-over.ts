import type { AskedRequest, SiteContext } from "../context.ts";
import { redirect, type HttpResponse } from "../http/response.ts";
import { conflict, findBrowserSession, sessionTokens } from "../session/browser-session.ts";
import { appSiteAt } from "../sign-in/app-host.ts";
import type { Wanted } from "./wanted.ts";

/** The browser's request to `/start`. */
interface Visit {
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly asked: AskedRequest;
}

/** What the host of an app asks for: its state and the challenge of its code verifier, as in RFC 7636 §4.3. */
interface HandOverRequest {
  readonly state: string;
  readonly codeChallenge: string;
}

const stateGrammar = /^[A-Za-z0-9_-]{22}$/;
const challengeGrammar = /^[A-Za-z0-9_-]{43}$/;

function readHandOver(query: URLSearchParams): HandOverRequest | undefined {
  const [state = "", codeChallenge = ""] = [query.get("state"), query.get("code_challenge")].map(
    (value) => value ?? "",
  );
  return stateGrammar.test(state) && challengeGrammar.test(codeChallenge)
    ? { state, codeChallenge }
    : undefined;
}

/**
 * Hands the browser's session over to the host of an app, by a code in a redirect to its callback. Whether the visitor
 * may pass there is for `/verify` to decide. undefined = there is no session, or no such host.
 */
export async function handOver(
  context: SiteContext,
  { returnTo, hasTarget }: Wanted,
  { query, headers, asked }: Visit,
): Promise<HttpResponse | undefined> {
  const { site, sessions, handOvers } = context;
  const wanted = readHandOver(query);
  const appSite = wanted && hasTarget ? appSiteAt(context, returnTo) : undefined;
  if (wanted === undefined || appSite === undefined) return undefined;
  const cookies = headers.get("cookie") ?? undefined;
  const [parent, ...others] = sessionTokens(site, cookies);
  if (parent === undefined || others.length > 0) return undefined;
  const session = await findBrowserSession(sessions, site, cookies, asked);
  if (session === undefined || session === conflict) return undefined;
  const { state, codeChallenge } = wanted;
  const code = await handOvers.issue({ parent, site: appSite.id, returnTo, codeChallenge });
  const answer = new URLSearchParams({ code, state });
  return redirect(302, `${appSite.address("callback")}?${answer}`);
}

import type { H3Event } from "h3";
import { empty, json, redirect, type Answer } from "./answer.ts";
import type { Door, Endpoint } from "./door.ts";
import { confirmSignOutPage, signedOutPage } from "./pages/signed-out-page.ts";
import { forgetSession, readCookies, sessionCookieName } from "./session/cookie.ts";

const mostFormBytes = 16 * 1024;
/** More of one name than this no browser sends. */
const mostCookies = 8;

/** Ends the session in the store first and in the browser then, and says so or goes on to `rd`. */
export function createSignOut({ site, sessions, returnTarget, counts, log }: Door): Endpoint {
  return async ({ url: { searchParams: query }, req }) => {
    const { headers } = req;
    const form = req.method === "POST" ? await readForm(req) : new URLSearchParams();
    // An issuer takes any 200 to mean that its session has ended here (Back-Channel Logout 1.0).
    if (form.has("logout_token")) return json(501, { error: "unsupported" });
    const returnTo = returnTarget(site, query.get("rd") ?? form.get("rd"));
    if ((headers.get("sec-purpose") ?? "").includes("prefetch")) return empty(403);
    // A picture or a form on another site must not sign anybody out.
    if (isCrossSite(headers)) return confirm(returnTo);
    const tokens = readCookies(headers.get("cookie") ?? undefined, sessionCookieName(site));
    // Two of one name count for nobody at the gate; signed out means that neither ever will again.
    for (const token of tokens.slice(0, mostCookies)) await end(token);
    return gone(returnTo);
  };

  async function end(token: string): Promise<void> {
    const ended = await sessions.end(site, token);
    if (ended === undefined) return;
    const { issuer, subject, provider } = ended.identity;
    counts.signedOut++;
    log.info({ provider, issuer, subject }, "signed out");
  }

  /** Fetch Metadata says so, and in browsers that have none the origin of a form. */
  function isCrossSite(headers: Headers): boolean {
    const fetchSite = headers.get("sec-fetch-site");
    if (fetchSite !== null) return fetchSite === "cross-site";
    const origin = headers.get("origin");
    return origin !== null && !site.covers(URL.parse(origin)?.hostname ?? "");
  }

  function confirm(returnTo: string | undefined): Answer {
    const query = returnTo === undefined ? "" : `?${new URLSearchParams({ rd: returnTo })}`;
    return confirmSignOutPage(site.address("sign_out") + query, returnTo ?? `${site.url.origin}/`);
  }

  function gone(returnTo: string | undefined): Answer {
    const remove = forgetSession(site).flatMap((cookie) => ["Set-Cookie", cookie]);
    if (returnTo === undefined) return signedOutPage(site.address("start"), ...remove);
    return redirect(303, returnTo, ...remove);
  }
}

/** A form that says beforehand that it is small; of anything else not a byte is read. */
async function readForm(request: H3Event["req"]): Promise<URLSearchParams> {
  const type = request.headers.get("content-type") ?? "";
  const bytes = Number(request.headers.get("content-length") ?? Number.NaN);
  const isForm = type.startsWith("application/x-www-form-urlencoded") && bytes <= mostFormBytes;
  return new URLSearchParams(isForm ? await request.text() : "");
}

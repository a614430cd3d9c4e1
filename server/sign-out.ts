import { empty, redirect, type Answer } from "./answer.ts";
import type { Door, Endpoint } from "./door.ts";
import { confirmSignOutPage, signedOutPage } from "./pages/signed-out-page.ts";
import { readCookie, sessionCookieName, setSessionCookie } from "./session/cookie.ts";

/** Ends the session in the store first and in the browser then, and says so or goes on to `rd`. */
export function createSignOut({ site, sessions, returnTarget, counts, log }: Door): Endpoint {
  return async ({ url: { searchParams }, req: { headers } }) => {
    const returnTo = returnTarget(site, searchParams.get("rd"));
    if ((headers.get("sec-purpose") ?? "").includes("prefetch")) return empty(403);
    // A picture or a form on another site must not sign anybody out.
    if (headers.get("sec-fetch-site") === "cross-site") return confirm(returnTo);
    const ended = await sessions.end(
      site,
      readCookie(headers.get("cookie") ?? undefined, sessionCookieName(site)),
    );
    if (ended !== undefined) {
      const { issuer, subject, provider } = ended.record.identity;
      counts.signedOut++;
      log.info({ provider, issuer, subject }, "signed out");
    }
    return gone(returnTo);
  };

  function confirm(returnTo: string | undefined): Answer {
    const query = returnTo === undefined ? "" : `?${new URLSearchParams({ rd: returnTo })}`;
    return confirmSignOutPage(site.address("sign_out") + query, returnTo ?? `${site.url.origin}/`);
  }

  function gone(returnTo: string | undefined): Answer {
    const remove = setSessionCookie(site, "", 0);
    if (returnTo === undefined) return signedOutPage(site.address("start"), "Set-Cookie", remove);
    return redirect(303, returnTo, "Set-Cookie", remove);
  }
}

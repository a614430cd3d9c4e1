import type { H3Event } from "h3";
import { redirect, type Answer } from "./answer.ts";
import type { Door, Endpoint } from "./door.ts";
import { confirmSignOutPage, signedOutPage } from "./pages/signed-out-page.ts";
import { readCookie, sessionCookieName, setSessionCookie } from "./session/cookie.ts";

const mostFormBytes = 16 * 1024;

/** Ends the session in the store first and in the browser then, and says so or goes on to `rd`. */
export function createSignOut({ site, sessions, returnTarget, counts, log }: Door): Endpoint {
  return async (event) => {
    const returnTo = returnTarget(site, await readReturnTarget(event));
    const { headers } = event.req;
    // A picture or a form on another site must not sign anybody out.
    if (headers.get("sec-fetch-site") === "cross-site")
      return confirmSignOutPage(site.address("sign_out"), returnTo);
    const ended = await sessions.end(
      readCookie(headers.get("cookie") ?? undefined, sessionCookieName(site)),
    );
    if (ended !== undefined) {
      const { issuer, subject, provider } = ended.record.identity;
      counts.signedOut++;
      log.info({ provider, issuer, subject }, "signed out");
    }
    return gone(returnTo);
  };

  function gone(returnTo: string | undefined): Answer {
    const remove = setSessionCookie(site, "", 0);
    if (returnTo === undefined) return signedOutPage(`${site.url.origin}/`, "Set-Cookie", remove);
    return redirect(303, returnTo, "Set-Cookie", remove);
  }
}

/** From the query, or from the form of our own page that asks first. */
async function readReturnTarget({ url, req }: H3Event): Promise<string | null> {
  const inQuery = url.searchParams.get("rd");
  if (
    inQuery !== null ||
    req.method !== "POST" ||
    Number(req.headers.get("content-length")) > mostFormBytes
  ) {
    return inQuery;
  }
  return new URLSearchParams(await req.text()).get("rd");
}

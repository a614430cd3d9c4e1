import type { Site } from "../config/site.ts";
import type { SiteContext } from "../context.ts";
import { longestLocation } from "../http/response.ts";
import type { SignOutReach } from "../sign-in/sign-out-return.ts";

/**
 * Where a sign-out at the host of an app goes on: to the site where its visitors sign in. The browser may have a session
 * there that this host does not know: it was never opened, or the visitor signed in again at another host. A sealed state
 * carries the visitor's wish for the session that has just ended; without one, that site asks a visitor of another domain.
 */
export function onwardUrl(
  { signOutReturns }: Pick<SiteContext, "signOutReturns">,
  signInSite: Site,
  ended: { readonly token: string; readonly reach: SignOutReach } | undefined,
  returnTo: string | undefined,
): string {
  const address = signInSite.address("sign_out");
  const query = new URLSearchParams(
    ended === undefined
      ? returnTo && { rd: returnTo }
      : { state: signOutReturns.beginFor(signInSite, ended.token, returnTo, ended.reach) },
  );
  const url = query.size === 0 ? address : `${address}?${query}`;
  return url.length <= longestLocation ? url : address;
}

import { empty } from "../http/response.ts";
import type { SiteContext, Endpoint } from "../context.ts";
import { firstButton, markup, page } from "../pages/page.ts";
import type { Config } from "../config/schema.ts";

/** nginx reads a response head of 4 KiB. */
const longestLocation = 2_047;

/**
 * oauth2-proxy's `/oauth2/sign_in`: redirects to `/start`. Some recipes change the status to 403, and browsers then
 * ignore `Location`: the page contains the same target as a link.
 */
export function createOAuth2ProxySignIn({ site, config }: SiteContext): Endpoint {
  return async ({ url: { searchParams: query }, req: { headers } }) => {
    const mode = headers.get("sec-fetch-mode");
    // nginx's `error_page` also sends a script's request here: a script needs the 401.
    if (mode !== null && mode !== "navigate") return empty(401);
    const next = new URL(site.address("start"));
    next.search = String(query);
    const rd = query.get("rd") ?? compatTarget(config, headers);
    if (rd !== null) next.searchParams.set("rd", rd);
    if (next.href.length > longestLocation) next.search = "";
    const body = markup`<p>You have to sign in to see this page.</p>
      <nav class="actions">${firstButton(next.href, "Sign in")}</nav>`;
    return page(302, { title: "Sign in", body }, "Location", next.href);
  };
}

/**
 * The return target that recipes for oauth2-proxy send in a header instead of `rd`. Any caller can set it, as any
 * caller can set `rd`: both pass the same allowlist.
 */
export function compatTarget({ compat }: Pick<Config, "compat">, headers: Headers): string | null {
  return compat === undefined ? null : headers.get("x-auth-request-redirect");
}

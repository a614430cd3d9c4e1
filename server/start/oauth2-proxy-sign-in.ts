import { empty } from "../http/response.ts";
import type { SiteContext, Endpoint } from "../context.ts";
import { firstButton, markup, page } from "../pages/page.ts";
import type { Config } from "../config/schema.ts";

/** A head of nginx's holds 4 KiB. */
const longestLocation = 2_047;

/**
 * `/oauth2/sign_in` of oauth2-proxy: on to `/start`. Some recipes give its answer the status 403, and then a
 * browser follows no `Location`: the page has the same way as a link.
 */
export function createOAuth2ProxySignIn({ site, config }: SiteContext): Endpoint {
  return async ({ url: { searchParams: query }, req: { headers } }) => {
    const mode = headers.get("sec-fetch-mode");
    // A script's request that nginx was told to answer so: 401 is what it understands.
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
 * Where recipes of oauth2-proxy say that a visitor wanted to go, beside `rd`. Anybody may write it, as anybody may
 * write `rd`: it passes the same allowlist.
 */
export function compatTarget({ compat }: Pick<Config, "compat">, headers: Headers): string | null {
  return compat === undefined ? null : headers.get("x-auth-request-redirect");
}

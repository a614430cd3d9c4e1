import { empty, type HttpResponse } from "../http/response.ts";
import type { SiteContext, Endpoint } from "../context.ts";
import { signInPage, type SignInLink } from "../pages/sign-in-page.ts";
import { requestedTarget } from "../sign-in/return-target.ts";

/** nginx reads a response head of 4 KiB. */
const longestLocation = 2_047;

/**
 * oauth2-proxy's `/oauth2/sign_in`: a page with a button for each provider, or with `skipProviderButton` a redirect to
 * `/start`. Some recipes change the status to 403, and browsers then ignore `Location`: the page is the same.
 */
export function createOAuth2ProxySignIn(context: SiteContext): Endpoint {
  const { site, config, parties, showPage } = context;
  return async ({ url: { searchParams: query }, req: { headers } }): Promise<HttpResponse> => {
    const mode = headers.get("sec-fetch-mode");
    // nginx's `error_page` also sends a script's request here: a script needs the 401.
    if (mode !== null && mode !== "navigate") return empty(401);
    const acceptLanguage = headers.get("accept-language");
    const rd = requestedTarget(context, query, headers);
    const start = startAddress(query, rd);
    if (config.skipProviderButton)
      return showPage(
        signInPage(302, [{ href: start, provider: undefined }]),
        acceptLanguage,
        "Location",
        start,
      );
    return showPage(signInPage(200, links(query, rd)), acceptLanguage);
  };

  function links(query: URLSearchParams, rd: string | null): SignInLink[] {
    const offered = [...parties.values()];
    return offered.map(({ name, label, provider: { mark } }) => ({
      href: startAddress(query, rd, offered.length === 1 ? undefined : name),
      provider: { label, mark },
    }));
  }

  function startAddress(query: URLSearchParams, rd: string | null, provider?: string): string {
    const next = new URL(site.address("start"));
    next.search = String(query);
    if (rd !== null) next.searchParams.set("rd", rd);
    if (next.href.length > longestLocation) next.search = "";
    if (provider !== undefined) next.searchParams.set("provider", provider);
    return next.href;
  }
}

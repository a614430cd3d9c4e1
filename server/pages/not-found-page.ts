import type { HttpResponse } from "../http/response.ts";
import type { Site } from "../config/site.ts";
import { button, markup, page } from "./page.ts";

/** The page at any path that is not an endpoint, most often the root of the sign-in host. */
export function notFoundPage(site: Site | undefined): HttpResponse {
  // If doorward is mounted in an app, the root is the app's; on doorward's own host it would be this page again.
  const isMounted = site !== undefined && site.base !== "";
  const home = isMounted ? [button(`${site.url.origin}/`, "Go to the start page")] : [];
  return page(404, {
    title: "There is nothing here",
    body: markup`<p>This address belongs to the sign-in service. If you were on your way to a page, open that page again.</p>
<nav class="actions">${home}</nav>`,
  });
}

import type { Site } from "../config/site.ts";
import type { SiteFinder } from "../config/site-finder.ts";
import { startUrl } from "./start-url.ts";

/** The site at the host of an app whose visitors sign in at `site` (`session.perHost`); undefined = it has none. */
export function appSiteAt(
  { site, siteOf }: { readonly site: Site; readonly siteOf: SiteFinder },
  url: string,
): Site | undefined {
  const { hostname, host } = new URL(url);
  const found = siteOf(hostname, host);
  return found?.signInSite?.id === site.id ? found : undefined;
}

/** Where a browser with a session goes to open a URL: the host of an app fetches its own session first. */
export function arrivalAt(
  context: { readonly site: Site; readonly siteOf: SiteFinder },
  returnTo: string,
): string {
  const appSite = appSiteAt(context, returnTo);
  return appSite === undefined ? returnTo : startUrl(appSite, { returnTo });
}

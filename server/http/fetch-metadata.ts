/** What a browser says about a request (W3C Fetch Metadata). Old browsers and programs say nothing. */

/** A page in a tab. */
export const tab: readonly string[] = ["document"];
/** A page in a tab or in a frame of another page. */
export const tabOrFrame: readonly string[] = ["document", "iframe", "frame"];

/** Whether a page is opened inside another page. */
export function isFrame(headers: Headers): boolean {
  return ["iframe", "frame"].includes(headers.get("sec-fetch-dest") ?? "");
}

/** Where browsers name a request that a visitor did not make: the last three are older spellings of the first. */
const purposes = ["sec-purpose", "purpose", "x-purpose", "x-moz"];

/**
 * Whether a visitor opens a page, in one of these destinations. Images, scripts and prefetched links are requests that
 * a browser makes by itself. A request without Fetch Metadata counts as a visitor's.
 */
export function isVisitorNavigation(headers: Headers, destinations: readonly string[]): boolean {
  const [mode, destination] = [headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")];
  return (
    (mode === null || mode === "navigate") &&
    (destination === null || destinations.includes(destination)) &&
    !purposes.some((name) => /prefetch|preview/i.test(headers.get(name) ?? ""))
  );
}

/** Whether a script asks for JSON. A navigation is never one, so that no page shows the JSON. */
export function isScriptForJson(headers: Headers): boolean {
  const accept = headers.get("accept")?.toLowerCase() ?? "";
  return (
    headers.get("sec-fetch-mode") !== "navigate" &&
    accept.includes("application/json") &&
    !accept.includes("text/html")
  );
}

/** By Fetch Metadata; in browsers without it, by the `Origin` of a form or a script. */
export function isCrossSite(headers: Headers, site: { covers(host: string): boolean }): boolean {
  const fetchSite = headers.get("sec-fetch-site");
  if (fetchSite !== null) return fetchSite === "cross-site";
  const origin = headers.get("origin");
  return origin !== null && !site.covers(URL.parse(origin)?.hostname ?? "");
}

/** Whether the request comes from a page of this origin or from no page; without Fetch Metadata, by `Origin`. */
export function isSameOrigin(headers: Headers, ownOrigin: string): boolean {
  const fetchSite = headers.get("sec-fetch-site");
  if (fetchSite !== null) return fetchSite === "same-origin" || fetchSite === "none";
  const origin = headers.get("origin");
  return origin === null || origin === ownOrigin;
}

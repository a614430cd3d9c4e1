import type { RequestHeaders } from "./request-headers.ts";

/**
 * Whether a visitor opens a page, so that a redirect or an HTML response makes sense: by Fetch Metadata, or in a request
 * without it by other headers.
 */
export function isNavigation(headers: RequestHeaders): boolean {
  const mode = headers.get("sec-fetch-mode");
  const destination = headers.get("sec-fetch-dest");
  if (
    mode !== undefined ||
    destination !== undefined ||
    headers.get("sec-fetch-site") !== undefined
  ) {
    return (
      mode === "navigate" &&
      (destination === undefined || destination === "document" || destination === "iframe")
    );
  }
  return (
    (headers.get("accept")?.toLowerCase().includes("text/html") ?? false) &&
    headers.get("x-requested-with") === undefined &&
    headers.get("authorization") === undefined &&
    headers.get("sec-websocket-key") === undefined
  );
}

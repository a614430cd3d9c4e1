import { wholeResponse, type WholeResponse } from "./whole-response.ts";

/**
 * `fetch` for requests to issuers: it follows no redirect, and reads at most 8 MiB whatever the `Content-Length`. The
 * caller sets the timeout through the signal.
 */
export function createIssuerFetch(fetch: (url: string, init: RequestInit) => Promise<Response>) {
  return async function issuerFetch(url: string, init: object): Promise<WholeResponse> {
    return wholeResponse(await fetch(url, { ...init, redirect: "manual" }), url);
  };
}

export type IssuerFetch = (url: string, init: object) => Promise<Response>;

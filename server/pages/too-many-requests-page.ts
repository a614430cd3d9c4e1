import type { HttpResponse } from "../http/response.ts";
import { markup, page } from "./page.ts";

/** The page of a visitor whose address sends more requests than people do. */
export function tooManyRequestsPage(...headers: string[]): HttpResponse {
  const body = markup`<p>Your network asks to sign in more often than this site allows. Please wait a minute, then open the page again.</p>
    <p>If you see this often, ask the people who run this site.</p>`;
  return page(429, { title: "Please wait a minute", body }, ...headers);
}

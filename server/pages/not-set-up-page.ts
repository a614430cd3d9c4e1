import type { HttpResponse } from "../http/response.ts";
import { markup, page, requestNote } from "./page.ts";

/** The page of a question that the proxy does not ask as it should: only the operator can mend that. */
export function notSetUpPage(requestId: string): HttpResponse {
  return page(403, {
    title: "This site is not set up correctly",
    body: markup`<p>The sign-in service cannot read what this site's server asks it, so it lets nobody in. This is not your fault, and another account would not help.</p>
<p>The people who run this site find the reason in the log of the sign-in service, under the code below.</p>
${requestNote(requestId)}`,
  });
}

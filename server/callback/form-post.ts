import { empty, redirect, type HttpResponse } from "../http/response.ts";
import type { SiteContext, Endpoint } from "../context.ts";
import { isForm, readForm } from "../http/form.ts";

/** What an answer of an issuer is made of (RFC 6749 §4.1.2, RFC 9207 §2); Apple's unsigned `user` is no part of it. */
const parameters = ["code", "state", "iss", "error", "error_description"] as const;

/**
 * OAuth 2.0 Form Post Response Mode: the issuer's page has the browser POST its answer here. That comes from
 * another site, so no `SameSite=Lax` cookie comes with it. It is sent on as a GET of the very same address,
 * with which they come; not a word of it is believed before.
 */
export function createFormPost({ site }: SiteContext): Endpoint {
  return async ({ url: { pathname }, req }): Promise<HttpResponse> => {
    if (!isForm(req.headers)) return empty(415);
    const form = await readForm(req);
    if (form === undefined) return empty(413);
    const query = new URLSearchParams(
      // Twice is for the GET to complain of.
      parameters.flatMap((name) => form.getAll(name).map((value) => [name, value])),
    );
    return redirect(303, `${site.url.origin}${pathname}?${query}`);
  };
}

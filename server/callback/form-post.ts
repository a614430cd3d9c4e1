import { empty, longestLocation, redirect, type HttpResponse } from "../http/response.ts";
import type { SiteContext, Endpoint } from "../context.ts";
import { AuthError } from "../errors.ts";
import { isForm, readForm } from "../http/form.ts";

/** The parameters of an issuer's response (RFC 6749 §4.1.2, RFC 9207 §2). Apple's `user` is unsigned and ignored. */
const parameters = ["code", "state", "iss", "error", "error_description"] as const;

/**
 * OAuth 2.0 Form Post Response Mode: the issuer's page makes the browser POST the response here. A POST from another
 * site has no `SameSite=Lax` cookies, so this redirects to a GET of the same address, which has them. Nothing in the
 * form is trusted before that.
 */
export function createFormPost({ site }: SiteContext): Endpoint {
  return async ({ url: { pathname }, req }): Promise<HttpResponse> => {
    if (!isForm(req.headers)) return empty(415);
    const form = await readForm(req);
    if (typeof form === "number") return empty(form);
    const query = new URLSearchParams(
      // The GET rejects a repeated parameter.
      parameters.flatMap((name) => form.getAll(name).map((value) => [name, value])),
    );
    const location = `${site.url.origin}${pathname}?${query}`;
    if (location.length <= longestLocation) return redirect(303, location);
    throw new AuthError(
      "callback_malformed",
      `the posted response makes an address of ${location.length} characters, more than ${longestLocation}`,
    );
  };
}

import type { HttpResponse } from "../http/response.ts";
import { button, firstButton, markup, page } from "./page.ts";

/**
 * Signed out here, and at the issuer too if `isIssuerToo`. Otherwise the page warns that the issuer may still have a
 * session.
 */
export function signedOutPage(
  signIn: string,
  isIssuerToo: boolean,
  ...headers: string[]
): HttpResponse {
  const scope = isIssuerToo
    ? markup`You are signed out of this site, and of your account at the account service as well.`
    : markup`You are signed out of this site. The account service itself may still know you: on a computer
      that is not yours, sign out there too, or close all windows of the browser.`;
  const body = markup`<p>${scope}</p>
    <nav class="actions">${firstButton(signIn, "Sign in again")}</nav>`;
  return page(200, { title: "You are signed out", body }, ...headers);
}

/**
 * Asks before signing out, because a request from another site may come from an image on its page. The button is a link
 * and not a form: browsers check `form-action` for every redirect that follows, and those go to the app and the issuer.
 */
export function confirmSignOutPage(signOut: string, stay: string): HttpResponse {
  const body = markup`<p>A link on another site brought you here. Do you want to sign out?</p>
<nav class="actions">${firstButton(signOut, "Sign out")}${button(stay, "Stay signed in")}</nav>`;
  return page(200, { title: "Sign out?", body });
}

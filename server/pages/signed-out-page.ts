import type { Answer } from "../answer.ts";
import { button, markup, page } from "./page.ts";

/** Signed out here; the issuer may well remember the visitor still, and it is fair to say so. */
export function signedOutPage(signIn: string, ...headers: string[]): Answer {
  const body = markup`<p>
      You are signed out of this site. The account service itself may still know you: on a computer
      that is not yours, sign out there too, or close all windows of the browser.
    </p>
    <nav class="actions">${button(signIn, "Sign in again")}</nav>`;
  return page(200, { title: "You are signed out", body }, ...headers);
}

/** Another site led here. Nobody is signed out by a picture on somebody else's page. */
export function confirmSignOutPage(action: string, returnTo: string | undefined): Answer {
  const hidden =
    returnTo === undefined ? [] : [markup`<input type="hidden" name="rd" value="${returnTo}" />`];
  // Browsers hold redirects after a form to this list too, so the return target's origin is on it.
  const formAction = returnTo === undefined ? "'self'" : `'self' ${new URL(returnTo).origin}`;
  const body = markup`<p>A link on another site brought you here. Do you want to sign out?</p>
    <form class="actions" method="post" action="${action}">
      ${hidden}<button class="button">Sign out</button>
    </form>`;
  return page(200, { title: "Sign out?", body, formAction });
}

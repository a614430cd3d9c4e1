import { first, signOut, type Page } from "./page.ts";
import { text } from "./text.ts";

/**
 * Signed out here, and at the issuer too if `isIssuerToo`. Otherwise the page warns that the issuer may still have a
 * session. `isEverywhere` = in all browsers.
 */
export function signedOutPage(signIn: string, isIssuerToo: boolean, isEverywhere = false): Page {
  return {
    kind: "signed-out",
    status: 200,
    title: text("signedOut", "title"),
    paragraphs: [
      ...(isEverywhere ? [text("signedOut", "allBrowsers")] : []),
      text("signedOut", isIssuerToo ? "everywhere" : "here"),
    ],
    actions: [{ href: signIn, label: text("signedOut", "signInAgain"), isFirst: true }],
  };
}

/**
 * Asks before signing out, because a request from another site may come from an image on its page. The button is a link
 * and not a form: browsers check `form-action` for every redirect that follows, and those go to the app and the issuer.
 */
export function confirmSignOutPage(signOutUrl: string, stay: string): Page {
  return {
    kind: "confirm-sign-out",
    status: 200,
    title: text("confirmSignOut", "title"),
    paragraphs: [text("confirmSignOut", "text")],
    actions: [first(signOut(signOutUrl)), { href: stay, label: text("confirmSignOut", "stay") }],
  };
}

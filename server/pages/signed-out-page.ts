import { first, signOut, type Page } from "./page.ts";
import { text } from "./text.ts";

/**
 * Signed out here, at the issuer too, or here in all browsers (`everywhere`). Unless it ended the session at the issuer, the
 * page warns that there may still be one.
 */
export function signedOutPage(signIn: string, reach: "here" | "issuer" | "everywhere"): Page {
  return {
    kind: "signed-out",
    status: 200,
    title: text("signedOut", "title"),
    paragraphs: [
      ...(reach === "everywhere" ? [text("signedOut", "allBrowsers")] : []),
      text("signedOut", reach === "issuer" ? "everywhere" : "here"),
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

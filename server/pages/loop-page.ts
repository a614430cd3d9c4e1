import type { HttpResponse } from "../http/response.ts";
import { button, firstButton, markup, page, requestNote } from "./page.ts";

/** What keeps a browser from getting any further than the sign-in. */
export type LoopCause =
  | "target"
  | "two sessions"
  | "not permitted"
  | "session not seen"
  | "unknown session"
  | "no cookie";

interface Links {
  readonly again: string;
  readonly signOut: string;
  readonly otherAccount: string;
}

const setUp =
  "This comes from the way the site is set up, and the people who run it find the reason in its log.";

const texts: Readonly<Record<LoopCause, string>> = {
  target: `You are asked to sign in for an address that the sign-in service does not know. ${setUp}`,
  "two sessions":
    "Your browser sends two sign-ins for this site, so neither of them counts. Sign out to end both, then sign in again. If you see this page once more, delete the cookies of this site.",
  "not permitted":
    "You are signed in, but this page asks for another account, or for a stronger sign-in than the account service gives.",
  "session not seen": `You are signed in here, but the page that you want does not see it. ${setUp}`,
  "unknown session": `You signed in, but the site no longer knows it. ${setUp}`,
  "no cookie":
    "Your browser did not bring back the cookie that keeps you signed in. Please allow cookies for this site, and open it over https. A private window or an extension can block them.",
};

/** The page that ends a loop of sign-ins. */
export function loopPage(
  cause: LoopCause,
  { again, signOut, otherAccount }: Links,
  requestId: string,
  ...headers: string[]
): HttpResponse {
  const actions = {
    signOut: [firstButton(signOut, "Sign out"), button(again, "Try again")],
    otherAccount: [firstButton(otherAccount, "Use another account"), button(signOut, "Sign out")],
    again: [firstButton(again, "Try again")],
  }[nextStep[cause]];
  const body = markup`<p>You were sent here to sign in three times within a minute.</p>
<p>${texts[cause]}</p>
<nav class="actions">${actions}</nav>
${requestNote(requestId)}`;
  return page(403, { title: "Signing in does not get you any further", body }, ...headers);
}

const nextStep: Readonly<Record<LoopCause, "again" | "signOut" | "otherAccount">> = {
  target: "again",
  "two sessions": "signOut",
  "not permitted": "otherAccount",
  "session not seen": "signOut",
  "unknown session": "again",
  "no cookie": "again",
};

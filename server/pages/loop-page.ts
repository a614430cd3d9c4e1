import { first, otherAccount, signOut, tryAgain, type Page } from "./page.ts";
import { text, type Text } from "./text.ts";

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

/** The cause in words, and the step that helps most. */
const causes: Readonly<
  Record<LoopCause, { readonly text: Text; readonly step: "again" | "signOut" | "otherAccount" }>
> = {
  target: { text: text("loop", "target"), step: "again" },
  "two sessions": { text: text("loop", "twoSessions"), step: "signOut" },
  "not permitted": { text: text("loop", "notPermitted"), step: "otherAccount" },
  "session not seen": { text: text("loop", "sessionNotSeen"), step: "signOut" },
  "unknown session": { text: text("loop", "unknownSession"), step: "again" },
  "no cookie": { text: text("loop", "noCookie"), step: "again" },
};

/** The page that ends a loop of sign-ins. */
export function loopPage(cause: LoopCause, links: Links, requestId: string): Page {
  const actions = {
    signOut: [first(signOut(links.signOut)), { ...tryAgain(links.again), isFirst: false }],
    otherAccount: [first(otherAccount(links.otherAccount)), signOut(links.signOut)],
    again: [tryAgain(links.again)],
  };
  return {
    kind: "loop",
    status: 403,
    title: text("loop", "title"),
    paragraphs: [text("loop", "text"), causes[cause].text],
    actions: actions[causes[cause].step],
    requestId,
  };
}

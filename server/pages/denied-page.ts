import type { Identity } from "../identity/identity.ts";
import { first, otherAccount, signOut, tryAgain, type Page } from "./page.ts";
import { text, type Text } from "./text.ts";

/** The line "denied" in the log, and those of its fields that say what the account lacks. */
interface LogLine {
  readonly requestId: string;
  readonly fields: readonly string[];
}

interface Links {
  readonly otherAccount: string;
  readonly signOut?: string;
}

/** The page of a deny that another account may not meet. */
export function deniedPage(
  identity: Identity,
  app: string,
  links: Links,
  { requestId, fields }: LogLine,
): Page {
  return {
    kind: "denied",
    status: 403,
    title: text("denied", "title"),
    paragraphs: [
      text("denied", "account", { account: nameOf(identity), app }),
      ...groupsNote(identity),
      text("denied", "nextStep"),
    ],
    actions: [
      first(otherAccount(links.otherAccount)),
      ...(links.signOut === undefined ? [] : [signOut(links.signOut)]),
    ],
    requestId,
    // The visitor cannot mend what the account service does not say; the operator can.
    operatorNote:
      fields.length === 0 ? undefined : text("denied", "operator", { code: requestId, fields }),
  };
}

/** The page of a rule that denies every account. `url` is the page that the visitor wanted. */
export function closedPage(app: string, url: string, requestId: string): Page {
  return {
    kind: "closed",
    status: 403,
    title: text("closed", "title"),
    paragraphs: [text("closed", "text", { app }), text("closed", "nextStep")],
    actions: [tryAgain(url)],
    requestId,
  };
}

/** A visitor in the right group must not conclude that they were removed from it. */
function groupsNote({ groupsFault }: Identity): Text[] {
  if (groupsFault === undefined) return [];
  return [text("denied", groupsFault.isTransient ? "groupsNotNow" : "groupsNever")];
}

export function nameOf({
  email,
  preferredUsername,
  name,
  subject,
}: Pick<Identity, "email" | "preferredUsername" | "name" | "subject">): string {
  return email ?? preferredUsername ?? name ?? subject;
}

import { text, type Text } from "./text.ts";

/** Every kind of page. A template in `pages.dir` has the name of one of them: `denied.html`. */
export const pageKinds = [
  "choose",
  "closed",
  "confirm-sign-out",
  "denied",
  "failed",
  "framed",
  "loop",
  "not-found",
  "not-set-up",
  "own",
  "plain-http",
  "sign-in",
  "signed-out",
  "too-many-requests",
] as const;

/** A page in no language yet: what it says, and the next steps that it offers. */
export interface Page {
  readonly kind: (typeof pageKinds)[number];
  readonly status: number;
  readonly title: Text;
  readonly paragraphs: readonly Text[];
  readonly facts?: readonly Fact[];
  readonly actions?: readonly Action[];
  /** The log has the details under the same id. */
  readonly requestId?: string;
  /** For the people who run the site. */
  readonly operatorNote?: Text | undefined;
  /** Whether other sites may show it in a frame. */
  readonly isFramable?: boolean;
}

/** A line of the visitor's own page. */
interface Fact {
  readonly name: Text;
  readonly value: string | Date;
}

/** A link to a next step. */
export interface Action {
  readonly href: string;
  readonly label: Text;
  /** The step that most people want. */
  readonly isFirst?: boolean;
  /** The data URL of a provider's mark. */
  readonly mark?: string;
  readonly hint?: Text | undefined;
  readonly isNewWindow?: boolean;
}

export function tryAgain(href: string): Action {
  return { href, label: text("common", "tryAgain"), isFirst: true };
}

export function otherAccount(href: string): Action {
  return { href, label: text("common", "otherAccount") };
}

export function signOut(href: string): Action {
  return { href, label: text("common", "signOut") };
}

export function first(action: Action): Action {
  return { ...action, isFirst: true };
}

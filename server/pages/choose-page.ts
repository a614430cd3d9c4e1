import type { Mark } from "../../providers/provider.ts";
import { markOf } from "./marks.ts";
import type { Action, Page } from "./page.ts";
import { text } from "./text.ts";

/** A provider that a page offers. */
export interface Choice {
  readonly name: string;
  readonly href: string;
  readonly label: string;
  readonly mark: Mark | undefined;
  /** The one with which this browser signed in last. */
  readonly isLast?: boolean;
}

/** Asks the visitor to choose one of several providers. `unknown` is one that is not there; "" = it has no name. */
export function choosePage(
  app: string,
  choices: readonly Choice[],
  unknown: string | undefined,
): Page {
  return {
    kind: "choose",
    status: unknown === undefined ? 200 : 400,
    title: text("choose", "title"),
    paragraphs: [
      ...(unknown === undefined || unknown === ""
        ? []
        : [text("choose", "unknown", { provider: unknown })]),
      text("choose", "toOpen", { app }),
      text("choose", "text"),
    ],
    actions: choiceActions(choices),
  };
}

/** A rule asks for a stronger sign-in: the session's own provider can give it. */
export function stepUpPage(app: string, provider: Choice, otherAccount: string): Page {
  return {
    kind: "choose",
    status: 200,
    title: text("stepUp", "title"),
    paragraphs: [text("stepUp", "text", { app })],
    actions: [
      { ...choiceAction(provider), isFirst: true },
      { href: otherAccount, label: text("common", "otherAccount") },
    ],
  };
}

/** The one used last is first. */
export function choiceActions(choices: readonly Choice[]): Action[] {
  const lastFirst = choices.toSorted(
    (one, other) => Number(other.isLast ?? false) - Number(one.isLast ?? false),
  );
  return lastFirst.map(choiceAction);
}

function choiceAction({ href, label, mark, isLast = false }: Choice): Action {
  return {
    href,
    label: text("common", "continueWith", { provider: label }),
    mark: markOf(mark, label),
    isFirst: isLast,
    hint: isLast ? text("choose", "lastUsed") : undefined,
  };
}

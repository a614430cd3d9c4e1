import type { Page } from "./page.ts";
import type { Text } from "./text.ts";

/** The parts of a page that differ between two requests for it, in the order of their gaps. */
interface PageValues {
  /** The page with gaps in their place. */
  readonly page: Page;
  readonly values: readonly string[];
  /** Equal for two pages that differ in their values only. */
  readonly key: string;
}

/** Noncharacters of Unicode, which no text contains. */
const [before, after] = ["\uFDD0", "\uFDD1"];
const gapGrammar = new RegExp(`${before}(\\d+)${after}`);

/** Splits a text at its gaps: the texts around them, and the numbers of the gaps, alternate. */
export function splitAtGaps(text: string): string[] {
  return text.split(gapGrammar);
}

/** How a value is shown: in a sentence, or as the address of a link. */
interface Shown {
  readonly text: (value: Text["values"][string]) => string;
  readonly address: (href: string) => string;
}

/**
 * Takes the values out of a page; undefined = a page with pictures, facts or hints, which are for visitors who sign in.
 * The code writes everything else of a page, so there are few keys.
 */
export function takeValues(page: Page, shown: Shown): PageValues | undefined {
  const { kind, status, title, paragraphs, facts, actions = [], requestId, operatorNote } = page;
  if (facts !== undefined) return undefined;
  for (const { mark, hint } of actions)
    if (mark !== undefined || hint !== undefined) return undefined;
  const values: string[] = [];
  let key = `${kind} ${status} ${page.isFramable === true}`;

  // A template can leave out what is empty, so an empty value is no gap.
  const gap = (value: string) => {
    key += value === "" ? "-" : "+";
    return value === "" ? "" : `${before}${values.push(value) - 1}${after}`;
  };
  const sentence = (text: Text): Text => {
    key += ` ${text.group}.${text.name}`;
    const names = Object.keys(text.values);
    if (names.length === 0) return text;
    const gaps: Record<string, string> = {};
    for (const name of names) gaps[name] = gap(shown.text(text.values[name] ?? ""));
    return { ...text, values: gaps };
  };

  // In the order of the key, in which each part has a letter of its own.
  const shownTitle = sentence(title);
  const shownParagraphs = paragraphs.map((paragraph) => {
    key += " p";
    return sentence(paragraph);
  });
  const shownActions = actions.map((action) => {
    key += ` a ${action.isFirst === true} ${action.isNewWindow === true}`;
    const href = gap(shown.address(action.href));
    return Object.assign({}, action, { href, label: sentence(action.label) });
  });
  key += " n";
  const shownNote = operatorNote && sentence(operatorNote);
  key += " r";
  const withGaps: Page = {
    ...page,
    title: shownTitle,
    paragraphs: shownParagraphs,
    actions: shownActions,
    operatorNote: shownNote,
    ...(requestId !== undefined && { requestId: gap(requestId) }),
  };
  return { page: withGaps, values, key };
}

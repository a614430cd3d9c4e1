import { directionOf, type Language, type TextTable } from "./languages/languages.ts";
import type { Page } from "./page.ts";
import { text, type Text, type Value } from "./text.ts";

/** A piece of a sentence: plain text, then a value that may run in another direction. */
interface Part {
  readonly text: string;
  readonly value: string;
}

/** What the pages of a configuration have in common. "" = it has none. */
interface Brand {
  readonly name: string;
  /** A data URL. */
  readonly logo: string;
  /** The address of the help link: https or mailto. */
  readonly support: string;
  readonly footer: string;
}

interface Sentence {
  readonly parts: readonly Part[];
}

/** The values that a template can show, all of them plain text. "" and an empty list are left out of sections. */
export interface View {
  readonly lang: string;
  readonly dir: string;
  readonly brand: string;
  readonly logo: string;
  readonly hasHeader: boolean;
  readonly title: string;
  readonly paragraphs: readonly Sentence[];
  readonly hasFacts: boolean;
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  readonly hasActions: boolean;
  readonly actions: readonly {
    readonly href: string;
    readonly label: string;
    readonly isFirst: boolean;
    readonly isNewWindow: boolean;
    readonly mark: string;
    readonly hint: string;
  }[];
  readonly notes: readonly Sentence[];
  readonly requestId: string;
  readonly hasFooter: boolean;
  readonly support: readonly { readonly href: string; readonly label: string }[];
  readonly footer: string;
  readonly texts: TextTable;
}

/** A page in one language. */
export function viewOf(
  page: Page,
  language: Language,
  { name, logo, support, footer }: Brand,
): View {
  const { tag, texts } = language;
  const { title, paragraphs, facts = [], actions = [], requestId, operatorNote } = page;
  const sentence = (one: Text) => ({ parts: partsOf(one, language) });
  const plain = (one: Text) => plainText(sentence(one));
  const code = requestId === undefined ? [] : [text("common", "code", { code: requestId })];
  return {
    lang: tag,
    dir: directionOf(tag),
    brand: name,
    logo,
    hasHeader: name !== "" || logo !== "",
    title: plain(title),
    paragraphs: paragraphs.map(sentence),
    hasFacts: facts.length > 0,
    facts: facts.map((fact) => ({ name: plain(fact.name), value: shown(fact.value, tag) })),
    hasActions: actions.length > 0,
    actions: actions.map(({ href, label, isFirst, isNewWindow, mark, hint }) => ({
      href: shownAddress(href),
      label: plain(label),
      isFirst: isFirst ?? false,
      isNewWindow: isNewWindow ?? false,
      mark: mark ?? "",
      hint: hint === undefined ? "" : plain(hint),
    })),
    notes: [...code, ...(operatorNote === undefined ? [] : [operatorNote])].map(sentence),
    requestId: requestId ?? "",
    hasFooter: support !== "" || footer !== "",
    support: support === "" ? [] : [{ href: support, label: plain(text("common", "askForHelp")) }],
    footer,
    texts,
  };
}

/** In HTML. Proxies limit doorward's answers, HAProxy to 16 KiB, and a visitor's URL may be as long as a head. */
const longestAddress = 8_192;

/** The address of a link, or its origin if it is too long. */
export function shownAddress(href: string): string {
  return lengthInHtml(href) <= longestAddress ? href : originOf(href);
}

function lengthInHtml(href: string): number {
  // No sign takes more than six characters.
  if (href.length * 6 <= longestAddress) return href.length;
  return href.length + 5 * (href.match(/[&<>"']/g)?.length ?? 0);
}

function originOf(href: string): string {
  return URL.parse(href)?.origin ?? "";
}

function partsOf({ group, name, values }: Text, { tag, texts }: Language): Part[] {
  const written = texts[group]?.[name] ?? "";
  return Array.from(written.matchAll(/([^{]*)(?:\{(\w+)\})?/g), ([, before = "", value]) => ({
    text: before,
    value: value === undefined ? "" : shown(values[value] ?? "", tag),
  })).filter(({ text: before, value }) => before !== "" || value !== "");
}

function plainText({ parts }: Sentence): string {
  return parts.map((part) => part.text + part.value).join("");
}

const longestValue = 300;

/** What most values are: nothing of it is left out. */
const plainValue = new RegExp(`^[ -~]{0,${longestValue}}$`);

/**
 * A value as a page shows it. Characters that change the direction of what follows are left out: a name with one could
 * turn the sentence around it. Control characters are left out too.
 */
export function shown(value: Value | Date, tag: string): string {
  if (typeof value === "string" && plainValue.test(value)) return value;
  if (value instanceof Date) return new Intl.DateTimeFormat(tag, dateFormat).format(value);
  if (typeof value !== "string") return new Intl.ListFormat(tag).format(value);
  const plain = value.replace(/[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, "");
  const characters = Array.from(plain);
  return characters.length <= longestValue
    ? plain
    : `${characters.slice(0, longestValue).join("")}…`;
}

/** In UTC, as in the log: a page without a script does not know the visitor's time zone. */
const dateFormat = {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "numeric",
  minute: "2-digit",
  timeZone: "UTC",
  timeZoneName: "short",
} as const;

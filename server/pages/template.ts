import { createHash } from "node:crypto";
import Mustache from "mustache";
import type { View } from "./view.ts";

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Every value is escaped: a template that asks for a value as it is (`{{{ }}}` or `{{& }}`) is refused. */
export function escape(value: unknown): string {
  const text = String(value);
  return /[&<>"']/.test(text) ? escaped(text) : text;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => entities[sign] ?? "");
}

/** A template that has been checked. */
interface Template {
  readonly render: (view: View) => string;
  /** The sources of its styles for `Content-Security-Policy`. */
  readonly styleSources: string;
}

const writer = new Mustache.Writer();

/** Prepares a template, which `templateFaults` found nothing wrong with. `style` replaces `{{> style}}`. */
export function createTemplate(source: string, style: string): Template {
  const complete = source.replaceAll(stylePartial, () => style);
  const styles = Array.from(complete.matchAll(stylesGrammar), ([, text = ""]) => text);
  const hashes = styles.map(
    (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`,
  );
  return {
    render: (view) => writer.render(complete, view, undefined, { escape }),
    styleSources: [...new Set(hashes)].join(" ") || "'none'",
  };
}

export const stylePartial = /\{\{>\s*style\s*\}\}/g;
export const stylesGrammar = /<style>([\s\S]*?)<\/style>/g;

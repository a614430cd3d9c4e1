import type { Config } from "../config/schema.ts";
import { HttpResponse } from "../http/response.ts";
import { chooseLanguage } from "./choose-language.ts";
import { colourVariables } from "./colours.ts";
import { defaultTemplate } from "./default-template.ts";
import { languages, type Language } from "./languages/languages.ts";
import type { Page } from "./page.ts";
import { style } from "./style.ts";
import { createTemplate } from "./template.ts";
import { viewOf } from "./view.ts";

/** Makes the response with a page, in the language that the visitor's browser asks for. */
export type ShowPage = (
  page: Page,
  acceptLanguage: string | null | undefined,
  ...headers: string[]
) => HttpResponse;

/** What pages are made of. The files of `pages.dir` replace doorward's own. */
export interface PageFiles {
  /** By kind of page; `page` is the one of all kinds without their own. */
  readonly templates: Map<string, string>;
  style: string;
  languages: readonly [Language, ...Language[]];
}

const ownFiles: PageFiles = { templates: new Map(), style, languages };

/** Prepares everything that pages have in common. `logo` is a data URL. */
export function createShowPage(
  { name = "", logo = "", colour, support = "", footer = "" }: Omit<Config["pages"], "dir">,
  files: PageFiles = ownFiles,
): ShowPage {
  const brand = { name, logo, support: addressOf(support), footer };
  const css = `${colourVariables(colour)}\n${files.style}`;
  const common = createTemplate(files.templates.get("page") ?? defaultTemplate, css);
  const byKind = new Map(
    Array.from(files.templates, ([kind, source]) => [kind, createTemplate(source, css)]),
  );

  return (page, acceptLanguage, ...headers) => {
    const template = byKind.get(page.kind) ?? common;
    const language = chooseLanguage(files.languages, acceptLanguage ?? undefined);
    const body = template.render(viewOf(page, language, brand));
    const type = ["Content-Type", "text/html; charset=utf-8", "Content-Language", language.tag];
    const security = securityHeaders(template.styleSources, page.isFramable ?? false);
    return new HttpResponse(page.status, [...type, ...security, ...headers], body);
  };
}

/** An email address, or a URL as it is. */
function addressOf(support: string): string {
  return support === "" || URL.canParse(support) ? support : `mailto:${support}`;
}

/** No scripts, no requests to other addresses, and no framing (RFC 9700 §4.16), except of a page that says so. */
function securityHeaders(styleSources: string, isFramable: boolean): string[] {
  const framing = isFramable ? "*" : "'none'";
  const policy = `default-src 'none'; style-src ${styleSources}; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors ${framing}`;
  return [
    "Content-Security-Policy",
    policy,
    "X-Content-Type-Options",
    "nosniff",
    ...(isFramable ? [] : ["X-Frame-Options", "DENY"]),
    "Referrer-Policy",
    "no-referrer",
  ];
}

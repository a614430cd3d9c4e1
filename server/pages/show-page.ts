import type { Config } from "../config/schema.ts";
import { HttpResponse } from "../http/response.ts";
import { TwoGenerationCache } from "../memory/recent-cache.ts";
import { createLanguageChoice } from "./choose-language.ts";
import { colourVariables } from "./colours.ts";
import { defaultTemplate } from "./default-template.ts";
import { languages, type Language } from "./languages/languages.ts";
import type { Page } from "./page.ts";
import { style } from "./style.ts";
import { takeValues, splitAtGaps } from "./page-values.ts";
import { createTemplate, escape } from "./template.ts";
import { shown, shownAddress, viewOf } from "./view.ts";

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

  const languageFor = createLanguageChoice(files.languages);
  const mostFrames = Math.ceil(mostInFrames / (css.length + logo.length + ownLength));
  const frames = new TwoGenerationCache<Frame>(mostFrames);

  return (page, acceptLanguage, ...headers) => {
    const language = languageFor(acceptLanguage ?? undefined);
    const { tag } = language;
    const taken = takeValues(page, { text: (value) => shown(value, tag), address: shownAddress });
    if (taken === undefined) {
      const whole = rendered(page, language);
      return new HttpResponse(page.status, headers, whole.body, whole);
    }
    const key = `${tag} ${taken.key}`;
    let frame = frames.get(key);
    if (frame === undefined) {
      const base = rendered(taken.page, language);
      frame = { base: base.withBody(""), pieces: splitAtGaps(base.body) };
      frames.set(key, frame);
    }
    return new HttpResponse(page.status, headers, filled(frame, taken.values), frame.base);
  };

  function rendered(page: Page, language: Language): HttpResponse {
    const template = byKind.get(page.kind) ?? common;
    const type = ["Content-Type", "text/html; charset=utf-8", "Content-Language", language.tag];
    const security = securityHeaders(template.styleSources, page.isFramable ?? false);
    const body = template.render(viewOf(page, language, brand));
    return new HttpResponse(page.status, [...type, ...security], body);
  }
}

/** A rendered page with gaps for the values of a request, because rendering it takes longer than all else. */
interface Frame {
  readonly base: HttpResponse;
  /** The HTML around the gaps, and the numbers of the gaps, alternate. */
  readonly pieces: readonly string[];
}

/** What the frames may take together, half a million characters: with a usual logo, one for each refusal and language. */
const mostInFrames = 512 * 1024;
/** The HTML of a page without the style and the logo. */
const ownLength = 4 * 1024;

function filled({ pieces }: Frame, values: readonly string[]): string {
  let html = pieces[0] ?? "";
  for (let index = 1; index + 1 < pieces.length; index += 2)
    html += escape(values[Number(pieces[index])] ?? "") + (pieces[index + 1] ?? "");
  return html;
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

import { describe, expect, it } from "vitest";
import { samplePages } from "../../docs/sample-pages.ts";
import { defaultTemplate } from "../../server/pages/default-template.ts";
import { languages } from "../../server/pages/languages/languages.ts";
import { notSetUpPage } from "../../server/pages/not-set-up-page.ts";
import type { Page } from "../../server/pages/page.ts";
import { createShowPage } from "../../server/pages/show-page.ts";
import { style } from "../../server/pages/style.ts";
import { createTemplate } from "../../server/pages/template.ts";
import { viewOf } from "../../server/pages/view.ts";

const brand = { name: "Example & Co", logo: "", support: "", footer: "" };
const show = createShowPage({ name: brand.name, colour: "#2f5d8a" });
const css = /<style>([^]*?)<\/style>/.exec(show(notFound(), "en").body)?.[1] ?? "";
const plain = createTemplate(defaultTemplate, css);

function notFound(): Page {
  const { "not-found": page } = samplePages;
  if (page === undefined) throw new Error("there is no sample of the page");
  return page;
}

/** The page as the template renders it for one request alone. */
function rendered(page: Page, language: (typeof languages)[number]): string {
  return plain.render(viewOf(page, language, brand));
}

describe("a page is the same as if it were rendered for each request:", () => {
  it.each(Object.keys(samplePages))("%s", (name) => {
    const page = samplePages[name];
    if (page === undefined) throw new Error("there is no such sample");
    for (const language of languages) {
      const expected = rendered(page, language);
      expect(show(page, language.tag).body).toBe(expected);
      expect(show(page, language.tag).body).toBe(expected);
    }
    expect(css).toContain(style);
  });

  const hosts = [
    "app.example.org",
    "<b>&\"'</b>",
    "",
    "a\u202Eb\u0000c",
    "\uFDD00\uFDD1",
    "{{texts.own.title}}",
    "x".repeat(400),
    "é".repeat(400),
    "$&$1",
  ];
  const urls = [
    undefined,
    "https://app.example.org/?a=1&b='2'",
    `https://a.example/${"&".repeat(9_000)}`,
  ];

  it.each(hosts)("with the host %j", (host) => {
    for (const fault of ["host", "port", "request", "own endpoint"] as const)
      for (const url of urls)
        for (const language of languages.slice(0, 2)) {
          const page = notSetUpPage(fault, { host, url, requestId: "4f1c0a97be32" });
          expect(show(page, language.tag).body).toBe(rendered(page, language));
        }
  });
});

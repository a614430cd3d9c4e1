import { describe, expect, it } from "vitest";
import { samplePages } from "../../docs/sample-pages.ts";
import { chooseLanguage } from "../../server/pages/choose-language.ts";
import { en } from "../../server/pages/languages/en.ts";
import { languages, type TextTable } from "../../server/pages/languages/languages.ts";
import { createShowPage } from "../../server/pages/show-page.ts";

function pathsOf(texts: TextTable): [path: string, text: string][] {
  return Object.entries(texts).flatMap(([group, own]) =>
    Object.entries(own).map(([name, text]): [string, string] => [`${group}.${name}`, text]),
  );
}

const english = new Map(pathsOf(en));

describe("every language", () => {
  it.each(languages.map(({ tag, texts }) => [tag, texts] as const))(
    "has all texts, with the values of the English ones: %s",
    (_, texts) => {
      const faults = pathsOf(texts).filter(([path, text]) => {
        const values = (written = "") => (written.match(/\{\w*\}/g) ?? []).toSorted().join();
        return text.trim() === "" || values(text) !== values(english.get(path));
      });

      expect(pathsOf(texts).map(([path]) => path)).toEqual([...english.keys()]);
      expect(faults).toEqual([]);
    },
  );

  it("is one of the eleven", () => {
    expect(languages.map(({ tag }) => tag).toSorted()).toEqual([
      "ar",
      "de",
      "en",
      "es",
      "fr",
      "it",
      "ja",
      "nl",
      "pl",
      "pt",
      "zh",
    ]);
  });
});

/** The visible words of a page, without the values of the sample. */
function wordsOf(html: string, values: readonly string[]): string {
  const [, body = ""] = /<body>(.*)<\/body>/s.exec(html) ?? [];
  const labels = Array.from(html.matchAll(/(?:aria-label|alt|title)="([^"]*)"/g), ([, one]) => one);
  const text = [body.replace(/<[^>]*>/g, " "), ...labels].join(" ");
  return values.reduce((rest, value) => rest.replaceAll(value, " "), text);
}

describe("no text of a page", () => {
  // Every text of this language is its own path in brackets, with its values.
  const marked: TextTable = Object.fromEntries(
    Object.entries(en).map(([group, texts]) => [
      group,
      Object.fromEntries(
        Object.entries(texts).map(([name, text]) => [
          name,
          `[${group}.${name}]${(text.match(/\{\w*\}/g) ?? []).join(" ")}`,
        ]),
      ),
    ]),
  );
  const show = createShowPage(
    { colour: "#2f5d8a", support: "help@example.com" },
    { templates: new Map(), style: "", languages: [{ tag: "en", texts: marked }] },
  );
  const values = [
    "ada@example.com",
    "Ada Example",
    "Example Company",
    "Google",
    "GitHub",
    "Grafana",
    "app.example.com",
    "wiki.example.com",
    "4f1c0a97be32",
    "noGroups",
    "Oct 1, 2026, 8:30 AM UTC",
    "Oct 8, 2026, 8:30 AM UTC",
  ];

  it.each(Object.keys(samplePages))("stands outside the table: %s", (name) => {
    const page = samplePages[name];
    const html = page === undefined ? "" : show(page, "en").body;

    expect(
      wordsOf(html, values)
        .replace(/\[\w+\.\w+\]/g, "")
        .trim(),
    ).toBe("");
    expect(html).toContain("[");
  });
});

describe("the language of a page", () => {
  it.each<[string | undefined, string]>([
    [undefined, "en"],
    ["", "en"],
    ["de", "de"],
    ["de-AT, en;q=0.5", "de"],
    ["fr-CA,fr;q=0.9,en;q=0.8", "fr"],
    ["sv, nl;q=0.4, pl;q=0.9", "pl"],
    ["zh-Hans-CN", "zh"],
    ["AR", "ar"],
    ["*", "en"],
    ["en;q=0, ja", "ja"],
    ["xx, yy", "en"],
    [";;;,,q=", "en"],
    [`de,${"x".repeat(300)}`, "en"],
    ["x,x,x,x,x,x,x,x,x,de", "de"],
    ["x,x,x,x,x,x,x,x,x,x,de", "en"],
  ])("is, for Accept-Language %s, %s", (accepted, tag) => {
    expect(chooseLanguage(languages, accepted).tag).toBe(tag);
  });
});

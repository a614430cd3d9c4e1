import { cpSync } from "node:fs";
import { join } from "node:path";
import { defineConfig, type MarkdownRenderer } from "vitepress";
import manifest from "../../package.json" with { type: "json" };
import { root } from "../source-files.ts";
import { contents, pageFiles, placeOf } from "./contents.ts";
import { copyOf, siteLink } from "./links.ts";
import { slug } from "./slug.ts";

const sourceOf = new Map(pageFiles().map((file) => [placeOf(file), file]));
const pages = new Set(sourceOf.values());
const copied = new Set<string>();

export default defineConfig({
  title: "doorward",
  description: manifest.description,
  lang: "en",
  // Without an icon, browsers ask for one outside the site's base.
  head: [["link", { rel: "icon", href: "data:," }]],
  markdown: {
    anchor: { slugify: slug },
    attrs: { disable: true },
    config(md) {
      rewriteLinks(md);
      keepBraces(md);
    },
  },
  themeConfig: {
    search: { provider: "local" },
    outline: { level: [2, 3] },
    sidebar: [
      { text: "Overview", link: "/" },
      ...contents().map(({ title, entries }) => ({
        text: title,
        items: entries.map((entry) => ({
          text: entry.title,
          link: `/${placeOf(entry.file).replace(/(index)?\.md$/, "")}`,
        })),
      })),
    ],
  },
  buildEnd({ outDir }) {
    for (const file of copied) cpSync(join(root, file), join(outDir, copyOf(file)));
  },
});

/** Links in the Markdown files lead to files of the repository. */
function rewriteLinks(md: MarkdownRenderer): void {
  const ofVitePress = md.renderer.rules.link_open;
  md.renderer.rules.link_open = (tokens, index, options, env: { relativePath: string }, self) => {
    const token = tokens[index];
    const page = sourceOf.get(env.relativePath);
    const link = page === undefined ? page : siteLink(page, token?.attrGet("href") ?? "", pages);
    if (token && link) token.attrSet("href", link.href);
    if (token && link?.file !== undefined) {
      copied.add(link.file);
      // Without a target, the site's script would look for a page of this name.
      token.attrSet("target", "_self");
      return self.renderToken(tokens, index, options);
    }
    return ofVitePress?.(tokens, index, options, env, self) ?? "";
  };
}

/** Vue would run what is between two braces, and the manual has such text for the templates of pages. */
function keepBraces(md: MarkdownRenderer): void {
  for (const name of ["text", "code_inline"] as const) {
    const render = md.renderer.rules[name];
    md.renderer.rules[name] = (...words) =>
      (render?.(...words) ?? "").replaceAll("{{", "&#123;&#123;");
  }
}

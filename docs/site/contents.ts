import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { root } from "../source-files.ts";

interface Entry {
  readonly title: string;
  /** The page's file, relative to the repository. */
  readonly file: string;
}

interface Group {
  readonly title: string;
  readonly entries: readonly Entry[];
}

const home = "README.md";

/** The order of the manual: the groups and links of the section "The manual" in README.md. */
export function contents(): Group[] {
  return parseContents(readFileSync(join(root, home), "utf8"));
}

/** The files of all pages, the home page first. */
export function pageFiles(): string[] {
  return [home, ...contents().flatMap(({ entries }) => entries.map(({ file }) => file))];
}

/** A group is a list item that starts with its title in bold. Its entries are the links without an anchor. */
export function parseContents(readme: string): Group[] {
  const [, section = ""] = /^## The manual\n(.*?)(?=^## |(?![\s\S]))/ms.exec(readme) ?? [];
  const items = section.split(/^- /m).slice(1);
  return items.map((item) => {
    const [, title] = /^\*\*(.+?)\*\*/.exec(item) ?? [];
    if (title === undefined)
      throw new Error(`README.md, "The manual": start this item with its group in bold: ${item}`);
    const links = item.matchAll(/\[([^\]]+)\]\((?!https?:)([^)#\s]+)\)/g);
    const entries = Array.from(links, ([, text = "", target = ""]) => ({
      title: text.replaceAll("`", "").replaceAll(/\s+/g, " "),
      file: posix.normalize(target),
    }));
    return { title, entries };
  });
}

/** Where a page stands on the site: the README of a folder is the folder's first page. */
export function placeOf(file: string): string {
  return file.replace(/(^|\/)README\.md$/, "$1index.md");
}

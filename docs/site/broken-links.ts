import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

interface OutputPage {
  readonly file: string;
  readonly ids: ReadonlySet<string>;
  readonly links: readonly string[];
  /** What the page loads by itself. */
  readonly sources: readonly string[];
}

const origin = "http://site.invalid";

/**
 * Every link, picture, style and script of a built site that leads to no file or to no anchor of it, and every picture and
 * script of another site.
 */
export function brokenLinks(folder: string, base: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = new Set(
    entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => relative(folder, join(parentPath, name))),
  );
  const pages = new Map(
    [...files]
      .filter((file) => file.endsWith(".html"))
      .map((file) => [file, readPage(folder, file)]),
  );
  return [...pages.values()].flatMap(({ file, links, sources }) => {
    const place = `${origin}${base}${file}`;
    const foreign = sources.filter((link) => isForeign(new URL(link, place)));
    const dead = [...links, ...sources].filter((link) => leadsNowhere(new URL(link, place)));
    return [...foreign, ...dead].map((link) => `${file}: ${link}`);
  });

  function leadsNowhere(url: URL): boolean {
    if (url.origin !== origin) return false;
    const { pathname, hash } = url;
    const path = decodeURIComponent(pathname);
    if (!path.startsWith(base)) return true;
    const file = path.slice(base.length).replace(/(^|\/)$/, "$1index.html");
    if (!files.has(file)) return true;
    return hash !== "" && pages.get(file)?.ids.has(decodeURIComponent(hash.slice(1))) !== true;
  }
}

function isForeign({ origin: to, protocol }: URL): boolean {
  return to !== origin && protocol !== "data:";
}

function readPage(folder: string, file: string): OutputPage {
  const html = readFileSync(join(folder, file), "utf8");
  const values = (name: string) =>
    Array.from(html.matchAll(new RegExp(`\\s${name}="([^"]*)"`, "g")), ([, value = ""]) =>
      value.replaceAll("&amp;", "&"),
    );
  return { file, ids: new Set(values("id")), links: values("href"), sources: values("src") };
}

import { statSync } from "node:fs";
import { join, posix } from "node:path";
import { root } from "../source-files.ts";
import { placeOf } from "./contents.ts";

interface SiteLink {
  /** What the site has in place of the link in the Markdown file. */
  readonly href: string;
  /** A file of the repository that is no page: the site contains a copy. */
  readonly file?: string;
}

/** A link of a page as the site has it; undefined = a link to another site or within the page. */
export function siteLink(
  page: string,
  href: string,
  pages: ReadonlySet<string>,
): SiteLink | undefined {
  if (/^([a-z]+:|#)/.test(href)) return undefined;
  const [path = "", anchor] = href.split("#");
  const file = posix.join(posix.dirname(page), decodeURI(path)).replace(/\/$/, "");
  const fragment = anchor === undefined ? "" : `#${anchor}`;
  const target = [file, posix.join(file, "README.md")].find((name) => pages.has(name));
  if (target !== undefined) return { href: relativeTo(page, placeOf(target)) + fragment };
  const kind = statSync(join(root, file), { throwIfNoEntry: false });
  if (file.startsWith("..") || !kind?.isFile() || file.endsWith(".md"))
    throw new Error(`${page}: the link "${href}" leads to no page of the manual and to no file`);
  return { href: relativeTo(page, copyOf(file)) + fragment, file };
}

/** The name of a file's copy. Hosts send code as a video, and a name without an ending as binary data. */
export function copyOf(file: string): string {
  return /\.ts$|(^|\/)[^./]+$/.test(file) ? `${file}.txt` : file;
}

/** With `./`, because VitePress takes a path without it for one of the site's root. */
function relativeTo(page: string, target: string): string {
  const path = posix.relative(posix.dirname(page), target);
  return path.startsWith("../") ? path : `./${path}`;
}

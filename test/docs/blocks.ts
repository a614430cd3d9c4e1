import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root, trackedFiles } from "../../docs/source-files.ts";

/** A block between fences, or a command in a sentence, which has the language `inline`. */
export interface Block {
  readonly file: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

/** Programs whose commands the documents also have in sentences and tables. */
const programs =
  "apt|apt-get|bash|caddy|cat|chmod|chown|cp|curl|docker|doorward|envoy|git|haproxy|helm|htpasswd|install|journalctl|kill|kubectl|mv|nginx|node|npm|npx|openssl|redis-cli|rm|sh|sudo|systemctl|systemd-analyze|traefik";
const inlineCommand = new RegExp(String.raw`^(?:[A-Z_]+=\S+ )*(?:${programs}) \S`);

/** The documents. The changelog also has commands of earlier versions. */
export const pages: readonly string[] = trackedFiles().filter(
  (file) => file.endsWith(".md") && file !== "CHANGELOG.md",
);

/** Every block and every command of the documents. */
export const blocks: readonly Block[] = pages.flatMap((file) =>
  blocksIn(file, readFileSync(join(root, file), "utf8")),
);

/** A block in a list is indented; it is returned without the indentation. */
export function blocksIn(file: string, page: string): Block[] {
  const lineOf = (index: number) => page.slice(0, index).split("\n").length;
  const fence = /^([ \t]*)```([^\n`]*)\n(.*?)^[ \t]*```$/gms;
  const fenced = Array.from(
    page.matchAll(fence),
    ({ index, 1: indent = "", 2: language = "", 3: text = "" }) => ({
      file,
      line: lineOf(index),
      language,
      text: text.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
    }),
  );
  const prose = page.replaceAll(fence, (found) => found.replaceAll(/[^\n]/g, " "));
  const inline = Array.from(prose.matchAll(/`([^`]+)`/g), ({ index, 1: code = "" }) => ({
    file,
    line: lineOf(index),
    language: "inline",
    text: code.replaceAll(/\s+/g, " "),
  }));
  return [...fenced, ...inline.filter(({ text }) => inlineCommand.test(text))];
}

/** The block of a page in this language that starts with `start`. Throws unless there is exactly one. */
export function block(file: string, language: string, start = ""): string {
  const texts = new Set(blocksOf(file, language).filter((text) => text.startsWith(start)));
  const [text] = texts;
  if (text === undefined || texts.size > 1)
    throw new Error(`${file} has ${texts.size} blocks of "${language}" that start with "${start}"`);
  return text;
}

/** All blocks of a page in this language. */
export function blocksOf(file: string, language: string): string[] {
  return blocks
    .filter((one) => one.file === file && one.language === language)
    .map(({ text }) => text);
}

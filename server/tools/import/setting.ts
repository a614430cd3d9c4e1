import type { ImportFile, Problem } from "./formats/given-files.ts";
import type { Note } from "./notes.ts";

export type { ImportFile, Problem } from "./formats/given-files.ts";

/** An option in an imported file, under its name in the other tool's configuration file. */
export interface Setting {
  readonly name: string;
  /** The name as spelled in the file: `OAUTH2_PROXY_EMAIL_DOMAINS`. */
  readonly spelt: string;
  readonly value: unknown;
  /** `oauth2-proxy.cfg:12`. */
  readonly place: string;
  /** If an option is set twice, the higher rank counts: file, environment, command line. */
  readonly rank: 0 | 1 | 2;
}

/** The options of a file, and the problems found while reading it. */
export interface Reading {
  readonly settings: readonly Setting[];
  readonly problems: readonly Problem[];
  readonly notes: readonly Note[];
}

export const emptyReading: Reading = { settings: [], problems: [], notes: [] };

export function joinReadings(readings: readonly Reading[]): Reading {
  return {
    settings: readings.flatMap(({ settings }) => settings),
    problems: readings.flatMap(({ problems }) => problems),
    notes: readings.flatMap(({ notes }) => notes),
  };
}

/** `file:line` of the first line that contains a whole word, for parsers that report no lines. */
export function placeOf({ name, text }: ImportFile, word: string): string {
  const escaped = RegExp.escape(word);
  const isWord = new RegExp(String.raw`(?<![\w-])${escaped}(?![\w-])`);
  const index = text.split("\n").findIndex((line) => isWord.test(line) && !/^\s*#/.test(line));
  return index === -1 ? name : `${name}:${index + 1}`;
}

/** A parser's reason without the lines that it quotes, which may contain a secret. */
export function parserReason(error: unknown): string {
  const message = error instanceof Error ? error.message : "";
  return (message.split(/[\n"'`]/, 1)[0] ?? "").replace(/^Invalid TOML document: /, "").trim();
}

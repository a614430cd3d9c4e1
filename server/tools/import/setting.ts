/** An option as a file says it, under the name that it has in the other tool's own configuration file. */
export interface Setting {
  readonly name: string;
  /** How the file spells the name: `OAUTH2_PROXY_EMAIL_DOMAINS`. */
  readonly spelt: string;
  readonly value: unknown;
  /** `oauth2-proxy.cfg:12`. */
  readonly place: string;
  /** Of two ways to say one option the higher one counts: file, environment, command line. */
  readonly rank: 0 | 1 | 2;
}

/** What stops an import: the place, and in words the fault and its mend. */
export interface Problem {
  readonly place: string;
  readonly message: string;
}

/** What files say, and what of them cannot be read. */
export interface Reading {
  readonly settings: readonly Setting[];
  readonly problems: readonly Problem[];
}

/** One file that somebody wants to import. */
export interface ImportFile {
  readonly name: string;
  readonly text: string;
}

/** The number of the first line that holds a word as a word, for parsers that tell no lines. */
export function placeOf({ name, text }: ImportFile, word: string): string {
  const escaped = RegExp.escape(word);
  const isWord = new RegExp(String.raw`(?<![\w-])${escaped}(?![\w-])`);
  const index = text.split("\n").findIndex((line) => isWord.test(line) && !/^\s*#/.test(line));
  return index === -1 ? name : `${name}:${index + 1}`;
}

/** A parser's reason without the lines it quotes, which may hold a secret. */
export function parserReason(error: unknown): string {
  const message = error instanceof Error ? error.message : "";
  return (message.split(/[\n"'`]/, 1)[0] ?? "").replace(/^Invalid TOML document: /, "").trim();
}

/** What docs/configuration.md and the hover text of editors contain about one key. */
export interface Setting {
  /** One sentence, in Markdown. */
  readonly text: string;
  /** A value that doorward accepts once each `…` in it is filled in. */
  readonly example: unknown;
  /** The default in words, if the schema has none. */
  readonly unset?: string;
  /** When the key is required, if the schema does not show it. */
  readonly required?: string;
  /** The page of docs/ with more about it. */
  readonly page?: string;
  /** The variable better names a file. */
  readonly isSecret?: true;
}

/** Settings that are documented together. */
export interface Section {
  readonly title: string;
  /** The groups that have these keys, as paths: "" = the top level, `NAME` = any name, `[]` = each entry of a list. */
  readonly at: readonly string[];
  readonly introduction: string;
  readonly settings: Readonly<Record<string, Setting>>;
}

import type { en } from "./languages/en.ts";

type English = typeof en;

/** The names of the values in a text: those in braces. */
type ValuesIn<Written> = Written extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ValuesIn<Rest>
  : never;

/** A text of a page in no language yet, and its values. */
export interface Text {
  readonly group: keyof English;
  readonly name: string;
  readonly values: Readonly<Record<string, Value>>;
}

/** A list is joined in the language of the page. */
export type Value = string | readonly string[];

/** Names a text. Its values must be exactly those that the English text has in braces. */
export function text<Group extends keyof English, Name extends keyof English[Group] & string>(
  group: Group,
  name: Name,
  ...[values]: [ValuesIn<English[Group][Name]>] extends [never]
    ? []
    : [Readonly<Record<ValuesIn<English[Group][Name]>, Value>>]
): Text {
  return { group, name, values: values ?? {} };
}

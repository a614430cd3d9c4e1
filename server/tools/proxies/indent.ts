/** A block of text beneath another, in formats in which the space before a line counts. */
export function indent(text: string, spaces: number): string {
  return text.replace(/^(?=.)/gm, " ".repeat(spaces));
}

/** A list in YAML, a line an entry. */
export function listed(names: readonly string[], spaces: number): string {
  return indent(names.map((name) => `- ${name}\n`).join(""), spaces);
}

/** Envoy knows header names in small letters. */
export function lower(names: readonly string[]): string[] {
  return names.map((name) => name.toLowerCase());
}

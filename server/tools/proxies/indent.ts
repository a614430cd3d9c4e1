/** Indents every line of a block, for formats in which indentation matters. */
export function indent(text: string, spaces: number): string {
  return text.replace(/^(?=.)/gm, " ".repeat(spaces));
}

/** A YAML list, one entry per line. */
export function listed(names: readonly string[], spaces: number): string {
  return indent(names.map((name) => `- ${name}\n`).join(""), spaces);
}

/** Envoy uses header names in lower case. */
export function lower(names: readonly string[]): string[] {
  return names.map((name) => name.toLowerCase());
}

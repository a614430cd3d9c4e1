/** A block of text beneath another, in formats in which the space before a line counts. */
export function indent(text: string, spaces: number): string {
  return text.replace(/^(?=.)/gm, " ".repeat(spaces));
}

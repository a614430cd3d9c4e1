/**
 * The same text in memory of its own, for whatever is remembered: one that was cut from a header would keep the
 * whole header. Of Latin-1 alone, as headers are.
 */
export function ownText(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}

/**
 * A line for a terminal. Control characters in a file of cases or a claim could move the cursor over another line, or
 * reverse the direction of a text.
 */
export function printable(line: string): string {
  return line.replace(
    /(?!\t)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (found) => `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/**
 * A text in which no character changes the terminal or hides another one: a subject comes from the issuer, and a browser's
 * name from the visitor. Control characters, those that change the direction, and unpaired surrogates become escapes,
 * which mean the same in JSON.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) =>
    character
      .split("")
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}

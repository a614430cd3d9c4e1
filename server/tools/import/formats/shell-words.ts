/** Words of a command line, or the reason why it cannot be split. */
type Split = { readonly words: readonly string[] } | { readonly fault: string };

interface Reader {
  /** Characters that are refused outside quotes. */
  readonly forbidden: string;
  /** Resolves variables outside single quotes. */
  readonly expand?: (text: string) => string;
}

/** Compose 2 drops the rest of a line at these characters, and compose 1 did not. */
export const composeSigns = ";&|<>";

/** What a shell runs or replaces. */
export const shellSigns = "`;&|<>(){}";

/** Splits a line at blanks as a shell does: quotes, `\`, and lines that end in `\`. */
export function splitWords(text: string, { forbidden, expand = (part) => part }: Reader): Split {
  const words: string[] = [];
  let word: string | undefined;
  let rest = text;
  while (rest !== "") {
    const [whole, continued, blank, single, double, escaped, plain] =
      /^(?:(\\\r?\n)|(\s+)|'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+))/su.exec(rest) ?? [];
    const sign = [...(plain?.replace(/\$\{[^}]*\}/g, "") ?? "")].find((one) =>
      forbidden.includes(one),
    );
    if (whole === undefined || sign !== undefined) return { fault: signFault(sign ?? rest[0]) };
    rest = rest.slice(whole.length);
    if (continued !== undefined) continue;
    if (blank !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      const expanded = plain ?? inDoubleQuotes(double);
      const part = expanded === undefined ? (single ?? escaped ?? "") : expand(expanded);
      word = (word ?? "") + part.replaceAll(escapedDollar, "$");
    }
  }
  if (word !== undefined) words.push(word);
  return { words };
}

/** A `$` that starts no variable. */
const escapedDollar = "\u{E002}";

/** Inside double quotes, `\` escapes only these characters. */
function inDoubleQuotes(text: string | undefined): string | undefined {
  return text?.replace(/\\(\r?\n|[$`"\\])/g, (_, sign: string) =>
    /^\r?\n$/.test(sign) ? "" : sign.replace("$", escapedDollar),
  );
}

function signFault(sign = ""): string {
  return "'\"\\".includes(sign)
    ? `has a ${sign} without what belongs to it: close the quotes`
    : `has ${sign} outside quotes, which is not part of one plain command: put the value in quotes`;
}

/** A value as a file has it, such as `0123`, which a parser returns as 123. */
export interface AsWritten {
  readonly text: string;
  readonly line: number;
}

/** Finds the value at a path; undefined = it is not in the file, or in a form that is not recognized. */
export type FindAsWritten = (path: readonly unknown[], value: unknown) => AsWritten | undefined;

/** Not a word that a secret or another value could be, because the parsed text contains it nowhere else. */
const marker = "doorward-marks-this-value";

/**
 * The parsers tell no positions. So each candidate in the text is replaced by a marker, and the one that puts the marker
 * at the path is the value. Quotes mean text in YAML, TOML and JSON.
 */
export function createFindAsWritten(text: string, parse: (text: string) => unknown): FindAsWritten {
  return (path, value) => {
    for (const { 0: token, index } of text.matchAll(/[+.\w-][+.:\w-]*/g)) {
      if (!mayBe(token, value)) continue;
      const marked = `${text.slice(0, index)}"${marker}"${text.slice(index + token.length)}`;
      if (valueAt(marked, path, parse) === marker)
        return { text: token, line: text.slice(0, index).split("\n").length };
    }
    return undefined;
  };
}

/** Finds the line of a key by its path. */
export type LineOfKey = (path: readonly string[]) => number | undefined;

/** The same way: the key that becomes the marker at the path. */
export function createLineOfKey(text: string, parse: (text: string) => unknown): LineOfKey {
  return (path) => {
    const key = path.at(-1) ?? "";
    for (const { index } of text.matchAll(new RegExp(RegExp.escape(key), "g"))) {
      const marked = text.slice(0, index) + marker + text.slice(index + key.length);
      if (valueAt(marked, [...path.slice(0, -1), marker], parse) !== undefined)
        return text.slice(0, index).split("\n").length;
    }
    return undefined;
  };
}

function mayBe(token: string, value: unknown): boolean {
  if (typeof value === "boolean") return token.toLowerCase() === String(value);
  if (typeof value === "number") {
    const unsigned = Number(token.replace(/^[+-]/, "").replaceAll("_", ""));
    return unsigned === Math.abs(value) || (!Number.isFinite(value) && /inf|nan/i.test(token));
  }
  return value instanceof Date && /^\d{2,4}[-:]\d\d/.test(token);
}

function valueAt(text: string, path: readonly unknown[], parse: (text: string) => unknown) {
  try {
    return path.reduce<unknown>(
      (at, key) =>
        typeof at === "object" && at !== null ? Reflect.get(at, String(key)) : undefined,
      parse(text),
    );
  } catch {
    return undefined; // the marker is in a place where no value can be
  }
}

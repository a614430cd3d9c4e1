/** The value of a variable; undefined = it is not set. */
export type Lookup = (name: string) => string | undefined;

/** A value that is not in the imported files: its text, and where it comes from. */
export interface FilledIn {
  readonly filledIn: string;
  readonly from: string;
  readonly isInSecret?: boolean;
}

/** A value in a Kubernetes Secret whose manifest was not given. */
export function inSecret(key: string, secret: string | undefined): FilledIn {
  return { filledIn: key, from: `the Secret "${secret}"`, isInSecret: true };
}

/** Private characters around the name of a variable that is not set, until the text is split into words. */
const [open, close] = ["\u{E000}", "\u{E001}"];

/** A text with the names of unset variables marked, and the variables whose default was used. */
interface Interpolated {
  readonly text: string;
  readonly defaulted: readonly string[];
}

/**
 * Compose's interpolation: `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?message}`,
 * `${NAME:+other}`, all nested, and `$$`.
 */
export function interpolate(text: string, lookup: Lookup): Interpolated {
  const defaulted: string[] = [];
  let result = "";
  let index = 0;
  while (index < text.length) {
    const rest = text.slice(index);
    const [plain = ""] = /^(?:[^$]+|\$(?![${A-Za-z_]))/.exec(rest) ?? [];
    const [named, name] = /^\$([A-Za-z_]\w*)/.exec(rest) ?? [];
    if (plain !== "") {
      result += plain;
      index += plain.length;
    } else if (rest.startsWith("$$")) {
      result += "$";
      index += 2;
    } else if (named !== undefined && name !== undefined) {
      result += lookup(name) ?? marked(name);
      index += named.length;
    } else {
      const inside = braced(rest);
      const value = inside === undefined ? undefined : expand(inside, lookup);
      result += value?.text ?? marked(rest);
      defaulted.push(...(value?.defaulted ?? []));
      index += inside === undefined ? rest.length : inside.length + 3;
    }
  }
  return { text: result, defaulted };
}

/** The text between `${` and its `}`, which may contain further pairs. */
function braced(text: string): string | undefined {
  let depth = 0;
  for (let index = 2; index < text.length; index++) {
    if (text.startsWith("${", index)) depth++;
    else if (text[index] === "}" && depth-- === 0) return text.slice(2, index);
  }
  return undefined;
}

function expand(inside: string, lookup: Lookup): Interpolated {
  const [, name = "", operator = "", word = ""] =
    /^([A-Za-z_]\w*)(?:(:?[-?+])(.*))?$/s.exec(inside) ?? [];
  if (name === "") return { text: marked(inside), defaulted: [] };
  const value = lookup(name);
  const isSet = value !== undefined && !(operator.startsWith(":") && value === "");
  const other = () => {
    const { text, defaulted } = interpolate(word, lookup);
    return { text, defaulted: [...(value === undefined ? [name] : []), ...defaulted] };
  };
  if (operator.endsWith("+"))
    return isSet ? interpolate(word, lookup) : { text: "", defaulted: [name] };
  if (isSet) return { text: value, defaulted: [] };
  return operator.endsWith("-") ? other() : { text: marked(name), defaulted: [] };
}

/** The name of a variable without a value, until `valueOf` reads the text. */
export function marked(name: string): string {
  return `${open}${name}${close}`;
}

export function isMarked(text: string): boolean {
  return text.includes(open);
}

/** The text, or a value that only `from` knows. */
export function valueOf(text: string, from: string): string | FilledIn {
  return isMarked(text) ? { filledIn: unmarked(text), from } : text;
}

/** With `$NAME` instead of the marks, for messages. */
function unmarked(text: string): string {
  return text.replaceAll(open, "${").replaceAll(close, "}");
}

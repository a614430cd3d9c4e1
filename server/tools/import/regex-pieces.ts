/** A part of a regular expression that a rule's path can express. */
export type Piece =
  | { readonly letter: string }
  /** `^`, `$`, `[^/]*`, `.*`, `.+`. */
  | "start"
  | "end"
  | "segment"
  | "any"
  | "some";

export type Branch = readonly Piece[];

const mostBranches = 64;
/** No route that a rule can say is longer, and reading one takes time and stack. */
const longest = 1_000;

/** Characters with another meaning in a rule's path, or that servers interpret differently. */
const inexpressible = /[*%;\\?#\p{Cc}]/u;

/**
 * Expands a Go regular expression into branches, of which one must match. Undefined if it contains more than
 * letters, anchors, alternatives and whole wildcards. A plain `.` is read as a literal dot, the usual intent.
 */
export function expandRegex(regex: string): readonly Branch[] | undefined {
  if (regex.length > longest) return undefined;
  const reader = new Reader(regex.replace(/^\(\?i\)/, ""));
  const branches = reader.alternatives();
  return reader.isAtEnd ? branches : undefined;
}

class Reader {
  readonly #letters: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#letters = [...text];
  }

  get isAtEnd(): boolean {
    return this.#at === this.#letters.length;
  }

  alternatives(): Branch[] | undefined {
    const all: Branch[] = [];
    do {
      const branches = this.#sequence();
      if (branches === undefined) return undefined;
      all.push(...branches);
    } while (this.#take("|"));
    return all.length > mostBranches ? undefined : all;
  }

  #sequence(): Branch[] | undefined {
    let all: Branch[] = [[]];
    while (!this.isAtEnd && this.#letters[this.#at] !== "|" && this.#letters[this.#at] !== ")") {
      const next = this.#repeated();
      if (next === undefined) return undefined;
      all = all.flatMap((before) => next.map((after) => before.concat(after)));
      if (all.length > mostBranches) return undefined;
    }
    return all;
  }

  /** One atom with its quantifier. */
  #repeated(): Branch[] | undefined {
    const from = this.#at;
    const atom = this.#atom();
    const sign = this.#letters[this.#at];
    if (sign === undefined || !"?*+{".includes(sign)) return isDangling(atom) ? undefined : atom;
    this.#at++;
    const source = this.#letters.slice(from, this.#at - 1).join("");
    const isLazy = this.#take("?");
    if (sign === "?" && !isLazy)
      return atom === undefined || isDangling(atom) ? undefined : [...atom, []];
    if (source === "." && sign === "*") return [["any"]];
    if (source === "." && sign === "+") return [["some"]];
    // A rule's `*` also matches an empty segment, which `[^/]+` does not.
    return source === "[^/]" && sign === "*" ? [["segment"]] : undefined;
  }

  #atom(): Branch[] | undefined {
    const letter = this.#letters[this.#at++] ?? "";
    if (letter === "(") return this.#group();
    if (letter === "[")
      return this.#take("^") && this.#take("/") && this.#take("]") ? notSlash : undefined;
    if (letter === "^") return [["start"]];
    if (letter === "$") return [["end"]];
    if (letter !== "\\") return "?*+{}]".includes(letter) ? undefined : letterOf(letter);
    const escaped = this.#letters[this.#at++] ?? "";
    return /^[^A-Za-z0-9]$/u.test(escaped) ? letterOf(escaped) : undefined;
  }

  #group(): Branch[] | undefined {
    if (this.#take("?") && !this.#take(":")) return undefined;
    const inside = this.alternatives();
    return this.#take(")") ? inside : undefined;
  }

  #take(letter: string): boolean {
    if (this.#letters[this.#at] !== letter) return false;
    this.#at++;
    return true;
  }
}

/** `[^/]`, which is supported only with a quantifier. */
const notSlash: Branch[] = [["segment"]];

function isDangling(atom: Branch[] | undefined): boolean {
  return atom === notSlash;
}

function letterOf(letter: string): Branch[] | undefined {
  return inexpressible.test(letter) ? undefined : [[{ letter }]];
}

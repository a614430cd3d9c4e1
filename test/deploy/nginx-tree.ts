/** A directive of an nginx file, with the directives in its block. */
export interface Directive {
  readonly name: string;
  readonly words: readonly string[];
  readonly block: readonly Directive[];
}

/** Parses a text and replaces each `include` with the parsed file. */
export function parseNginx(
  text: string,
  files: ReadonlyMap<string, string> = new Map(),
): Directive[] {
  const tokens = text
    .replace(/(^|\s)#.*$/gm, "$1")
    .matchAll(/"[^"]*"|'[^']*'|[;{}]|[^\s;{}"']+/g)
    .map(([token]) => token);
  return parseBlock([...tokens].values(), files);
}

function parseBlock(
  tokens: IterableIterator<string>,
  files: ReadonlyMap<string, string>,
): Directive[] {
  const directives: Directive[] = [];
  let words: string[] = [];
  for (let next = tokens.next(); !next.done && next.value !== "}"; next = tokens.next()) {
    const token = next.value;
    if (token !== ";" && token !== "{") {
      words.push(token);
      continue;
    }
    const [name = "", ...rest] = words;
    const block = token === "{" ? parseBlock(tokens, files) : [];
    if (name === "include")
      directives.push(...parseNginx(files.get(included(rest[0])) ?? "", files));
    else directives.push({ name, words: rest, block });
    words = [];
  }
  return directives;
}

function included(path = ""): string {
  return path.replace(/^\/etc\/nginx\//, "");
}

/** All directives of that name, at any depth. */
export function findAll(directives: readonly Directive[], name: string): Directive[] {
  return directives.flatMap((directive) => [
    ...(directive.name === name ? [directive] : []),
    ...findAll(directive.block, name),
  ]);
}

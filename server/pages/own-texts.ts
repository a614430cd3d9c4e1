import { isMap, isScalar, LineCounter, parseDocument, type Node } from "yaml";
import { en } from "./languages/en.ts";
import type { TextTable } from "./languages/languages.ts";
import type { FileFault } from "./template-faults.ts";

interface Written {
  readonly path: string;
  /** undefined = not text. */
  readonly text: string | undefined;
  readonly line: number;
}

/** The English texts, by their path: `choose.title`. Every file has these and no others. */
const expected: ReadonlyMap<string, string> = new Map(
  Object.entries(en).flatMap(([group, texts]) =>
    Object.entries(texts).map(([name, text]): [string, string] => [`${group}.${name}`, text]),
  ),
);

/**
 * Reads an operator's file of texts: `de.yaml` in `pages.dir`. It changes single texts of a language that doorward has,
 * or has all texts of another language, so that no page mixes two.
 */
export function readTexts(
  source: string,
  base: TextTable | undefined,
): { readonly texts: TextTable; readonly faults: readonly FileFault[] } {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines });
  const lineOf = (offset = 0) => lines.linePos(offset).line;
  if (document.errors.length > 0) {
    const faults = document.errors.map(({ pos: [start], message }) => ({
      line: lineOf(start),
      message: `is not YAML: ${message.split("\n", 1)[0] ?? ""}`,
    }));
    return { texts: {}, faults };
  }
  const written = textsIn(document.contents, lineOf);
  const byPath = new Map(written.map(({ path, text }) => [path, text ?? ""]));
  const faults = written.flatMap((one) => textFaults(one));
  const missing = [...expected.keys()].filter((path) => base === undefined && !byPath.has(path));
  return {
    texts: tableOf(byPath, base),
    faults: [
      ...faults,
      ...missing.map((path) => ({
        message: `lacks the text ${path}: add it, because doorward has no texts in this language`,
      })),
    ],
  };
}

/** The texts of a file, two levels deep as in the English table. */
function textsIn(node: unknown, lineOf: (offset?: number) => number, above = ""): Written[] {
  if (!isMap(node)) return [];
  return node.items.flatMap(({ key, value }): Written[] => {
    if (!isScalar(key)) return [];
    const path = `${above}${String(key.value)}`;
    if (isMap(value) && above === "") return textsIn(value, lineOf, `${path}.`);
    const text = isScalar(value) && typeof value.value === "string" ? value.value : undefined;
    return [{ path, text, line: lineOf(startOf(key)) }];
  });
}

function startOf({ range }: Pick<Node, "range">): number | undefined {
  return range?.[0];
}

function textFaults({ path, text, line }: Written): FileFault[] {
  const english = expected.get(path);
  if (english === undefined)
    return [{ line, message: `has the text ${path}, which no page has: remove it` }];
  if (text === undefined || text.trim() === "")
    return [{ line, message: `has no text for ${path}: write one` }];
  const [wanted, found] = [valuesIn(english), valuesIn(text)];
  if (String(wanted) === String(found)) return [];
  const values = wanted.length === 0 ? "without a value in braces" : `with ${wanted.join(" and ")}`;
  return [{ line, message: `has another value in ${path} than the page: write it ${values}` }];
}

function valuesIn(text: string): string[] {
  return (text.match(/\{\w*\}/g) ?? []).toSorted();
}

function tableOf(byPath: ReadonlyMap<string, string>, base: TextTable = {}): TextTable {
  return Object.fromEntries(
    Object.entries(en).map(([group, texts]) => [
      group,
      Object.fromEntries(
        Object.keys(texts).map((name) => [
          name,
          byPath.get(`${group}.${name}`) ?? base[group]?.[name] ?? "",
        ]),
      ),
    ]),
  );
}

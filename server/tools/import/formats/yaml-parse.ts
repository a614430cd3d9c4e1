import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type Document,
  type Node,
  type YAMLMap,
} from "yaml";
import type { ImportFile, Problem } from "./given-files.ts";
import type { YamlEntry, YamlMap, YamlNode } from "./yaml-tree.ts";

export interface ParsedYaml {
  readonly file: ImportFile;
  /** One root for each document that is not empty. */
  readonly roots: readonly YamlNode[];
  readonly problems: readonly Problem[];
}

/** Parses all documents of a file. What cannot be resolved to plain values is a problem. */
export function parseYamlFile(file: ImportFile): ParsedYaml {
  const counter = new LineCounter();
  const documents = [
    ...parseAllDocuments(file.text, { lineCounter: counter, prettyErrors: false, merge: false }),
  ];
  const problems: Problem[] = [];
  const fault = (line: number, message: string) =>
    void problems.push({ place: `${file.name}:${line}`, message });
  const lineOf = (offset: number) => counter.linePos(offset).line;
  for (const { errors, warnings } of documents) {
    for (const { pos, message } of errors)
      fault(lineOf(pos[0]), `cannot be read: ${brief(message)}`);
    for (const { pos } of warnings)
      fault(lineOf(pos[0]), "has a tag (!…) that doorward does not resolve: write the value");
  }
  const roots = documents.flatMap((document) => {
    const node = document.contents;
    return node === null ? [] : [new Converter(document, lineOf, fault).convert(node)];
  });
  return { file, roots, problems };
}

/** The reason without the text that it quotes, which may be a secret. */
function brief(message: string): string {
  return message.split(/["'`\n]/, 1)[0]?.trim() ?? "";
}

const nothing = (line: number): YamlNode => ({
  kind: "scalar",
  line,
  value: null,
  written: "",
  isBlock: false,
});

/** Turns the parser's nodes into a tree. An alias shares the node of its anchor. */
class Converter {
  readonly #document: Document;
  readonly #lineOf: (offset: number) => number;
  readonly #fault: (line: number, message: string) => void;
  readonly #done = new Map<Node, YamlNode>();
  readonly #open = new Set<Node>();

  constructor(
    document: Document,
    lineOf: (offset: number) => number,
    fault: (line: number, message: string) => void,
  ) {
    this.#document = document;
    this.#lineOf = lineOf;
    this.#fault = fault;
  }

  convert(node: Node): YamlNode {
    const line = this.#line(node);
    const target = isAlias(node) ? node.resolve(this.#document) : node;
    if (target === undefined) return this.#refuse(line, "is an alias without its anchor");
    const done = this.#done.get(target);
    if (done !== undefined) return done;
    if (this.#open.has(target)) return this.#refuse(line, "is an alias of a node that contains it");
    this.#open.add(target);
    const made = this.#make(target, this.#line(target));
    this.#open.delete(target);
    this.#done.set(target, made);
    return made;
  }

  #make(node: Node, line: number): YamlNode {
    if (isMap(node)) return { kind: "map", line, entries: this.#entries(node) };
    if (isSeq(node)) {
      const items = node.items.map((item) => (isNode(item) ? this.convert(item) : nothing(line)));
      return { kind: "list", line, items };
    }
    if (!isScalar(node)) return this.#refuse(line, "is not understood");
    const { value, source = "", type } = node;
    if (!isPlain(value)) return this.#refuse(line, "is neither a text, a number nor true or false");
    return { kind: "scalar", line, value, written: source, isBlock: type === "BLOCK_LITERAL" };
  }

  /** A map's own entries override merged ones; of several merged maps, the first one counts. */
  #entries(map: YAMLMap): ReadonlyMap<string, YamlEntry> {
    const own = new Map<string, YamlEntry>();
    const merged: YamlMap[] = [];
    for (const { key, value } of map.items) {
      const line = isNode(key) ? this.#line(key) : this.#line(map);
      const name = isScalar(key) ? String(key.value) : undefined;
      const node = isNode(value) ? this.convert(value) : nothing(line);
      if (name === undefined) this.#refuse(line, "is a key that is not a text");
      else if (name !== "<<") own.set(name, { line, node });
      else merged.push(...this.#mergedMaps(node, line));
    }
    const all = new Map<string, YamlEntry>();
    for (const entries of [...merged.toReversed().map((one) => one.entries), own])
      for (const [name, entry] of entries) all.set(name, entry);
    return all;
  }

  #mergedMaps(node: YamlNode, line: number): YamlMap[] {
    const nodes = node.kind === "list" ? node.items : [node];
    const maps = nodes.filter((one) => one.kind === "map");
    if (maps.length !== nodes.length) this.#refuse(line, "<<: merges what is not a map");
    return maps;
  }

  #line({ range }: Node): number {
    return this.#lineOf(range?.[0] ?? 0);
  }

  #refuse(line: number, message: string): YamlNode {
    this.#fault(line, message);
    return nothing(line);
  }
}

function isNode(value: unknown): value is Node {
  return isAlias(value) || isMap(value) || isSeq(value) || isScalar(value);
}

function isPlain(value: unknown): value is string | number | boolean | null {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

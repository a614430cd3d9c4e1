import type { ImportFile } from "./given-files.ts";

/** Parsed YAML with the line of every node. Anchors, aliases and merge keys are resolved. */
export type YamlNode = YamlMap | YamlList | YamlScalar;

export interface YamlMap {
  readonly kind: "map";
  readonly line: number;
  readonly entries: ReadonlyMap<string, YamlEntry>;
}

/** `line` is that of the key. */
export interface YamlEntry {
  readonly line: number;
  readonly node: YamlNode;
}

interface YamlList {
  readonly kind: "list";
  readonly line: number;
  readonly items: readonly YamlNode[];
}

interface YamlScalar {
  readonly kind: "scalar";
  readonly line: number;
  readonly value: string | number | boolean | null;
  /** The text as written in the file. */
  readonly written: string;
  /** A block of lines (`|`), whose first one is in the next line of the file. */
  readonly isBlock: boolean;
}

/** The entry of a map; undefined also for a null value, which means the same in every format read here. */
export function entryOf(node: YamlNode | undefined, key: string): YamlEntry | undefined {
  const entry = node?.kind === "map" ? node.entries.get(key) : undefined;
  return entry === undefined || isNull(entry.node) ? undefined : entry;
}

export function childOf(node: YamlNode | undefined, ...path: readonly string[]) {
  return path.reduce<YamlNode | undefined>((owner, key) => entryOf(owner, key)?.node, node);
}

export function itemsOf(node: YamlNode | undefined): readonly YamlNode[] {
  return node?.kind === "list" ? node.items : [];
}

export function isNull(node: YamlNode): boolean {
  return node.kind === "scalar" && node.value === null;
}

/** The value of a string. */
export function stringOf(node: YamlNode | undefined): string | undefined {
  return node?.kind === "scalar" && typeof node.value === "string" ? node.value : undefined;
}

/**
 * The text of a string, number or switch as Go's programs print it; undefined if it is none of them, or a number that
 * they print otherwise than it is written (`010`, `1e3`).
 */
export function textOf(node: YamlNode | undefined): string | undefined {
  if (node?.kind !== "scalar" || node.value === null) return undefined;
  const text = String(node.value);
  return typeof node.value === "number" && text !== node.written ? undefined : text;
}

/** The value without lines. */
export function plainOf(node: YamlNode): unknown {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.items.map(plainOf);
  return Object.fromEntries([...node.entries].map(([key, entry]) => [key, plainOf(entry.node)]));
}

/** A text inside a YAML file as a file of its own. The lines of a block are those of the YAML file. */
export function embeddedFile(owner: string, key: string, node: YamlNode): ImportFile | undefined {
  const text = stringOf(node);
  if (text === undefined || node.kind !== "scalar") return undefined;
  return node.isBlock
    ? { name: owner, text: "\n".repeat(node.line) + text }
    : { name: `${owner} (${key})`, text };
}

import { dirname, join } from "node:path";
import type { Layer } from "./compose-layers.ts";
import { notGiven, type GivenFiles, type Problem, type Surroundings } from "./given-files.ts";
import { interpolate, valueOf, type FilledIn, type Lookup } from "./interpolation.ts";
import { lastOfEach, type Variable } from "./program.ts";
import { readRawVariables, readVariables, type VariableLine } from "./variables.ts";
import { childOf, entryOf, isNull, stringOf, textOf, type YamlNode } from "./yaml-tree.ts";

/** What reads the texts of one compose project. */
export interface ComposeReader {
  readonly given: GivenFiles;
  readonly lookup: Lookup;
  readonly problems: Problem[];
  /** Variables whose default was used. */
  readonly defaulted: string[];
}

/** Compose's variables. */
interface ComposeVariables {
  readonly lookup: Lookup;
  /** The lines of a given `.env` that were not looked up. */
  unused(): readonly VariableLine[];
  /** Lines of `.env` that were looked up and cannot be read. */
  problems(): readonly Problem[];
}

/** Where compose finds variables: in its own environment first, then in `.env` beside the file. */
export function composeVariables(
  owner: string,
  given: GivenFiles,
  { environment, readFile }: Surroundings,
): ComposeVariables {
  const path = join(dirname(owner), ".env");
  const file = given.take(".env", owner);
  const text = file?.text ?? readFile(path) ?? "";
  const { variables, problems } = readVariables({ name: file?.name ?? path, text });
  const values = new Map<string, string | FilledIn>();
  const used = new Set<string>();
  const lookup = (name: string) => {
    used.add(name);
    const value = environment[name] ?? values.get(name);
    return typeof value === "string" ? value : undefined;
  };
  for (const line of variables) values.set(line.variable, resolved(line, lookup, []));
  const unused = () => variables.filter(({ variable }) => !used.has(variable));
  return {
    lookup,
    unused: () => (file === undefined ? [] : unused()),
    problems: () => problems.filter(({ variable = "" }) => used.has(variable)),
  };
}

/** The value of a line. Adds the variables whose default was used to `defaulted`. */
function resolved(
  { value, isLiteral }: VariableLine,
  lookup: Lookup,
  defaulted: string[],
): string | FilledIn {
  if (isLiteral) return value;
  const { text, defaulted: names } = interpolate(value, lookup);
  defaulted.push(...names);
  return valueOf(text, "compose");
}

/** The environment of a service: its env_file, overridden by its environment; later layers override earlier ones. */
export function environmentOf(layers: readonly Layer[], reader: ComposeReader): Variable[] {
  return lastOfEach([
    ...layers.flatMap((layer) => fromFiles(layer, reader)),
    ...layers.flatMap((layer) => written(layer, reader)),
  ]);
}

function written({ file, service }: Layer, reader: ComposeReader): Variable[] {
  const entry = entryOf(service, "environment");
  if (entry === undefined) return [];
  const { node } = entry;
  const fault = (line: number, message: string): Variable[] => {
    reader.problems.push({ place: `${file}:${line}`, message });
    return [];
  };
  if (node.kind === "map")
    return [...node.entries].flatMap(([name, value]) => {
      const text = textOf(value.node);
      const place = `${file}:${value.line}`;
      if (isNull(value.node)) return [passedOn(name, place, reader)];
      return text === undefined
        ? fault(value.line, `environment: ${name}: is no text: put the value in quotes`)
        : [variableOf(name, text, place, reader)];
    });
  if (node.kind !== "list")
    return fault(entry.line, "environment: is neither a map nor a list of NAME=value");
  return node.items.flatMap((item) => {
    const [, name, value] = /^([^=]+)(?:=(.*))?$/s.exec(stringOf(item) ?? "") ?? [];
    const place = `${file}:${item.line}`;
    if (name === undefined) return fault(item.line, "environment: is not of the form NAME=value");
    return [
      value === undefined ? passedOn(name, place, reader) : variableOf(name, value, place, reader),
    ];
  });
}

function variableOf(name: string, text: string, place: string, reader: ComposeReader): Variable {
  return { name, value: valueOf(textIn(text, reader), "compose"), place };
}

/** A name without a value: compose passes its own variable on. */
function passedOn(name: string, place: string, { lookup }: ComposeReader): Variable {
  return { name, value: lookup(name) ?? { filledIn: name, from: "compose" }, place };
}

/** A text of a compose file with its variables; unset ones are marked. */
export function textIn(text: string, reader: ComposeReader): string {
  const { text: result, defaulted } = interpolate(text, reader.lookup);
  reader.defaulted.push(...defaulted);
  return result;
}

function fromFiles({ file, service }: Layer, reader: ComposeReader): Variable[] {
  const entry = entryOf(service, "env_file");
  if (entry === undefined) return [];
  const nodes = entry.node.kind === "list" ? entry.node.items : [entry.node];
  return nodes.flatMap((node) => fromFile(node, file, reader));
}

/** An optional file that was not given stops the import too, because it may hold a restriction. */
function fromFile(node: YamlNode, owner: string, reader: ComposeReader): Variable[] {
  const place = `${owner}:${node.line}`;
  const fault = (message: string): Variable[] => {
    reader.problems.push({ place, message: `env_file: ${message}` });
    return [];
  };
  const path = stringOf(node) ?? stringOf(childOf(node, "path"));
  const format = stringOf(childOf(node, "format"));
  if (path === undefined) return fault("is not the path of a file");
  if (format !== undefined && format !== "raw") return fault(`has the unknown format "${format}"`);
  const named = textIn(path, reader);
  const file = reader.given.take(named, owner);
  if (file === undefined) return fault(notGiven(named));
  const { variables, problems } = format === "raw" ? readRawVariables(file) : readVariables(file);
  reader.problems.push(...problems);
  const values = new Map<string, string>();
  const lookup = (name: string) => reader.lookup(name) ?? values.get(name);
  return variables.map((line) => {
    const value = resolved(line, lookup, reader.defaulted);
    if (typeof value === "string") values.set(line.variable, value);
    return { name: line.variable, value, place: line.place };
  });
}

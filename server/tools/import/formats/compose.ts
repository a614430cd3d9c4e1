import { basename, dirname, join } from "node:path";
import {
  composeVariables,
  environmentOf,
  textIn,
  type ComposeReader,
} from "./compose-environment.ts";
import { serviceKeyFault, topKeyFault } from "./compose-keys.ts";
import { ComposeLayers, type Layer } from "./compose-layers.ts";
import { fileFinder } from "./compose-mounts.ts";
import { notGiven, type GivenFiles, type Problem, type Surroundings } from "./given-files.ts";
import type { Program, Programs, Word } from "./program.ts";
import { composeSigns, splitWords } from "./shell-words.ts";
import type { VariableLine } from "./variables.ts";
import type { ParsedYaml } from "./yaml-parse.ts";
import { childOf, entryOf, stringOf, type YamlNode } from "./yaml-tree.ts";

export function isCompose(root: YamlNode | undefined): boolean {
  return entryOf(root, "services")?.node.kind === "map";
}

/** The services of compose files. Several files are one project, in which the later ones override the earlier ones. */
export function readCompose(
  parsed: readonly ParsedYaml[],
  given: GivenFiles,
  surroundings: Surroundings,
): Programs {
  const [first] = parsed;
  if (first === undefined) return { programs: [], problems: [] };
  const { lookup, ...variables } = composeVariables(first.file.name, given, surroundings);
  const layers = new ComposeLayers(parsed, given);
  const problems = [
    ...parsed.flatMap((one) => fileFaults(one, given, surroundings)),
    ...notListed(parsed, lookup("COMPOSE_FILE")),
  ];
  const programs = layers.names().flatMap((name) => {
    const own = layers.of(name);
    const faults = layers.problems.splice(0);
    if (own.length === 0) problems.push(...faults);
    const reader = { given, lookup, problems: faults, defaulted: [] };
    return own.length === 0 ? [] : [programOf(name, own, reader)];
  });
  const left = variables.unused();
  return {
    programs: programs.map((program) => withUnused(program, left)),
    problems: [...problems, ...variables.problems()],
  };
}

/** `COMPOSE_FILE` names the files of the project, which could hold options too. */
function notListed(parsed: readonly ParsedYaml[], written: unknown): Problem[] {
  const paths = typeof written === "string" ? written.split(/[:;]/) : [];
  const names = new Set(parsed.map(({ file }) => basename(file.name)));
  return paths
    .filter((path) => path !== "" && !names.has(basename(path)))
    .map((path) => ({
      place: parsed[0]?.file.name ?? "",
      message: `COMPOSE_FILE: ${notGiven(path)}`,
    }));
}

/** The same program, with remarks about the lines of `.env` that reach it in no way. */
function withUnused(program: Program, lines: readonly VariableLine[]): Program {
  const names = new Set(program.environment.map(({ name }) => name));
  const remarks = lines
    .filter(({ variable }) => !names.has(variable))
    .map(({ variable, place }) => ({
      kind: "left out" as const,
      subject: `${variable} at ${place}`,
      message: "is used by no variable of the compose file",
    }));
  return { ...program, remarks: [...program.remarks, ...remarks] };
}

function programOf(name: string, layers: readonly Layer[], reader: ComposeReader): Program {
  const image = layers.map(({ service }) => stringOf(childOf(service, "image"))).findLast(Boolean);
  for (const { file, service } of layers)
    for (const [key, { line }] of service.entries) {
      const fault = serviceKeyFault(key);
      if (fault !== undefined)
        reader.problems.push({ place: `${file}:${line}`, message: `${key}: ${fault}` });
    }
  const [top] = layers.slice(-1);
  const environment = environmentOf(layers, reader);
  const words = ["entrypoint", "command"].flatMap((key) => wordsOf(key, layers, reader));
  return {
    name,
    image: image ?? "",
    place: `${top?.file}:${top?.service.line}`,
    environment,
    words,
    source: "compose",
    fileAt: fileFinder(layers, reader.given),
    problems: reader.problems,
    remarks: [...new Set(reader.defaulted)].map(defaultRemark),
  };
}

/** The import may run where a variable is not set that is set where compose runs. */
function defaultRemark(variable: string): Program["remarks"][number] {
  return {
    kind: "to do",
    subject: `$${variable}`,
    message:
      "is not set here, so the file's default for it was imported: if it is set where compose runs, set it here too (in .env beside the file, or in the environment), and import again",
  };
}

/** The words of the last layer that has the key. */
function wordsOf(key: string, layers: readonly Layer[], reader: ComposeReader): Word[] {
  const layer = layers.findLast(({ service }) => entryOf(service, key) !== undefined);
  const entry = entryOf(layer?.service, key);
  if (layer === undefined || entry === undefined) return [];
  const fault = (line: number, message: string): Word[] => {
    reader.problems.push({ place: `${layer.file}:${line}`, message: `${key}: ${message}` });
    return [];
  };
  if (entry.node.kind === "list")
    return entry.node.items.flatMap((item) => {
      const text = stringOf(item);
      return text === undefined
        ? fault(item.line, "is a list with something other than texts: put each word in quotes")
        : [{ text: textIn(text, reader), place: `${layer.file}:${item.line}` }];
    });
  const text = stringOf(entry.node);
  if (text === undefined) return fault(entry.line, "is neither a text nor a list of texts");
  const split = splitWords(textIn(text, reader), { forbidden: composeSigns });
  if ("fault" in split) return fault(entry.line, split.fault);
  return split.words.map((word) => ({ text: word, place: `${layer.file}:${entry.line}` }));
}

/** Parts of a file through which a service could get options that were not read. */
function fileFaults(
  { file, roots, problems }: ParsedYaml,
  given: GivenFiles,
  { readFile }: Surroundings,
): Problem[] {
  const [root, ...more] = roots;
  const faults = [...problems];
  const fault = (line: number, message: string) =>
    void faults.push({ place: `${file.name}:${line}`, message });
  if (more[0] !== undefined)
    fault(more[0].line, "is a second document, which compose does not read: remove it");
  for (const [key, { line }] of root?.kind === "map" ? root.entries : []) {
    const message = topKeyFault(key);
    if (message !== undefined) fault(line, `${key}: ${message}`);
  }
  const included = childOf(root, "include");
  const includes = included?.kind === "list" ? included.items : [included ?? []].flat();
  for (const node of includes)
    for (const path of pathsOf(node))
      if (path === undefined) fault(node.line, "include: is not the path of a file");
      else if (given.take(path, file.name) === undefined)
        fault(node.line, `include: ${notGiven(path)}`);
  for (const path of overridesOf(file.name))
    if (readFile(path) !== undefined && given.take(basename(path), file.name) === undefined)
      faults.push({
        place: path,
        message: `is read by compose too: add it to the command line behind ${file.name}`,
      });
  return faults;
}

function pathsOf(node: YamlNode): (string | undefined)[] {
  const path = childOf(node, "path");
  return path?.kind === "list" ? path.items.map(stringOf) : [stringOf(node) ?? stringOf(path)];
}

/** The files that compose reads without being asked. */
function overridesOf(name: string): string[] {
  const [, stem] = /^((?:docker-)?compose)\.ya?ml$/.exec(basename(name)) ?? [];
  return stem === undefined
    ? []
    : ["yml", "yaml"].map((end) => join(dirname(name), `${stem}.override.${end}`));
}

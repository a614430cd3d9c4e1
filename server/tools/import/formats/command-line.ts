import { startedBy } from "./command-start.ts";
import type { GivenFiles, ImportFile, Problem, Surroundings } from "./given-files.ts";
import { interpolate, marked, valueOf } from "./interpolation.ts";
import { lastOfEach, type Program, type Programs, type Variable, type Word } from "./program.ts";
import { shellSigns, splitWords } from "./shell-words.ts";

const assignment = /^([A-Za-z_]\w*)=(.*)$/s;
const command =
  /^\s*(\$\s+)?((sudo|exec|env)\s+)*([A-Za-z_]\w*=\S*\s+)*(\S*\/)?(oauth2[-_]proxy|docker|podman|nerdctl)(\s|\\|$)/;

/** Whether a text is a command line, also behind comments and variables. */
export function isCommandLine(text: string): boolean {
  const lines = text.split(/\r?\n/);
  const first = lines.find((line) => !/^\s*(#|$)/.test(line)) ?? "";
  return lines.some((line) => command.test(line)) || /^\s*--?[a-z][\w-]*([\s=\\]|$)/.test(first);
}

/** Options of `set` that change nothing for the program; `-a` exports all variables. */
const harmlessSet = /^set( [-+][euxo]+| pipefail)*$/;

/** One command of a shell, with the variables that are set in front of it. */
export function readCommandLine(
  file: ImportFile,
  given: GivenFiles,
  { environment }: Surroundings,
): Programs {
  const shell = new Shell(file, given, environment);
  for (const statement of statementsOf(file)) shell.run(statement);
  return { programs: shell.programs, problems: shell.problems };
}

interface Statement {
  readonly text: string;
  readonly line: number;
}

/** A statement ends with its line, unless that ends in `\` or inside quotes. */
function statementsOf({ text }: ImportFile): Statement[] {
  const statements: { text: string; line: number; isOpen: boolean }[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const last = statements.at(-1);
    if (last?.isOpen === true) last.text += `\n${line}`;
    else if (!/^\s*(#|$)/.test(line))
      statements.push({ text: line.replace(/^\s*\$\s+/, ""), line: index + 1, isOpen: false });
    const current = statements.at(-1);
    if (current !== undefined) current.isOpen = line.endsWith("\\") || hasOpenQuote(current.text);
  }
  return statements;
}

function hasOpenQuote(text: string): boolean {
  const quotes = text.replace(/\\.|'[^']*'|"(?:[^"\\]|\\.)*"/gs, "");
  return /['"]/.test(quotes);
}

/** What the statements do, as far as the import understands it. */
class Shell {
  readonly programs: Program[] = [];
  readonly problems: Problem[] = [];
  readonly #file: ImportFile;
  readonly #given: GivenFiles;
  readonly #outer: Surroundings["environment"];
  readonly #values = new Map<string, string>();
  readonly #exported: Variable[] = [];
  readonly #used = new Set<string>();

  constructor(file: ImportFile, given: GivenFiles, outer: Surroundings["environment"]) {
    this.#file = file;
    this.#given = given;
    this.#outer = outer;
  }

  run(statement: Statement): void {
    const split = splitWords(statement.text, { forbidden: shellSigns, expand: this.#expand });
    const place = `${this.#file.name}:${statement.line}`;
    if ("fault" in split) return void this.problems.push({ place, message: split.fault });
    const words = split.words.map((text) => ({ text, place: this.#place(statement, text) }));
    const [first] = words;
    if (harmlessSet.test(split.words.join(" "))) return;
    const rest = words.slice(words.findIndex(({ text }) => !/^(sudo|exec|env|export)$/.test(text)));
    const end = rest.findIndex(({ text }) => !assignment.test(text));
    const variables = (end === -1 ? rest : rest.slice(0, end)).map(variableOf);
    if (end === -1) this.#assign(variables, first?.text === "export");
    else this.#start(rest.slice(end), variables, place);
  }

  #assign(variables: readonly Variable[], isExported: boolean): void {
    for (const { name, value } of variables)
      if (typeof value === "string") this.#values.set(name, value);
    if (isExported) this.#exported.push(...variables);
  }

  #start(words: readonly Word[], variables: readonly Variable[], place: string): void {
    const name = words[0]?.text ?? "";
    const isKnown = /(^|\/)(oauth2[-_]proxy|docker|podman|nerdctl)$|^--?[a-z]/.test(name);
    if (!isKnown || this.programs.length > 0) {
      const message = isKnown
        ? "is a second command: write each in a file of its own"
        : unknownCommand;
      return void this.problems.push({ place, message });
    }
    const program = startedBy(words, {
      environment: lastOfEach([...this.#exported, ...variables]),
      owner: this.#file.name,
      given: this.#given,
      source: "the shell",
      lookup: (variable) => this.#passed(variable, variables),
    });
    this.programs.push({ ...program, remarks: this.#unexported() });
  }

  readonly #lookup = (name: string) => {
    this.#used.add(name);
    return this.#values.get(name) ?? this.#outer[name];
  };

  /** The value that a command finds in its environment. */
  #passed(name: string, variables: readonly Variable[]): string | undefined {
    this.#used.add(name);
    const own = [...this.#exported, ...variables].findLast((one) => one.name === name)?.value;
    return typeof own === "string" ? own : this.#outer[name];
  }

  #unexported(): Program["remarks"] {
    const isExported = (name: string) => this.#exported.some((one) => one.name === name);
    return [...this.#values.keys()]
      .filter((name) => !isExported(name) && !this.#used.has(name))
      .map((name) => ({ kind: "left out", subject: name, message: notExported }));
  }

  /** What a command prints, and the shell's own variables, are not known. */
  readonly #expand = (text: string) =>
    interpolate(text.replace(/\$\(.*\)|`.*`|\$[\d@*?#!$-]/gs, marked("shell")), this.#lookup).text;

  /** The line of a word: the first one of the statement that has its flag. */
  #place({ text, line }: Statement, word: string): string {
    const sign = word.split("=", 1)[0] ?? "";
    const offset = text.split("\n").findIndex((one) => one.includes(sign));
    return `${this.#file.name}:${line + Math.max(0, offset)}`;
  }
}

const notExported = "is not exported, so the program does not get it";

const unknownCommand =
  "is not a command that the import understands: leave only oauth2-proxy with its flags, docker run, and the variables that are set for it";

function variableOf({ text, place }: Word): Variable {
  const [, name = "", value = ""] = assignment.exec(text) ?? [];
  return { name, value: valueOf(value, "the shell"), place };
}

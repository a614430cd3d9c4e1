import { basename } from "node:path";
import { startedBy } from "./command-start.ts";
import { notGiven, type GivenFiles, type ImportFile, type Problem } from "./given-files.ts";
import { marked } from "./interpolation.ts";
import { lastOfEach, type Programs, type Variable, type Word } from "./program.ts";
import { splitWords } from "./shell-words.ts";
import { unitLines, type UnitLine } from "./systemd-lines.ts";
import { readVariables } from "./variables.ts";

/** The program of a systemd unit. Further files are its drop-ins. */
export function readUnits(files: readonly ImportFile[], given: GivenFiles): Programs {
  const [first] = files;
  if (first === undefined) return { programs: [], problems: [] };
  const unit = files.find(({ name }) => name.endsWith(".service"));
  const lines = files.flatMap(unitLines).filter(({ section }) => section === "Service");
  const problems: Problem[] = [];
  const fault = (place: string, message: string) => void problems.push({ place, message });
  if (first.name.endsWith(".conf") && unit !== undefined)
    fault(first.name, `is a drop-in, which systemd reads after ${unit.name}: list the unit first`);
  const environment = environmentOf(lines, given, fault);
  const starts = sinceReset(lines, "ExecStart");
  const [start, another] = starts;
  if (start === undefined) fault(first.name, "has no ExecStart in [Service]: add it");
  if (another !== undefined)
    fault(
      another.place,
      "ExecStart: is a second command: write an empty ExecStart= before it, or remove one",
    );
  const words = start === undefined ? [] : commandWords(start, environment, fault);
  const program = startedBy(words, {
    environment,
    owner: first.name,
    given,
    source: "systemd",
    lookup: (name) => textOf(environment, name),
  });
  return {
    programs: [{ ...program, name: basename(first.name) }],
    problems,
  };
}

type Fault = (place: string, message: string) => void;

/** The lines of a key since the last one without a value, which removes the earlier ones. */
function sinceReset(lines: readonly UnitLine[], key: string): UnitLine[] {
  const own = lines.filter((line) => line.key === key);
  return own.slice(own.findLastIndex(({ value }) => value === "") + 1);
}

/** `Environment`, overridden by the files of `EnvironmentFile`. */
function environmentOf(lines: readonly UnitLine[], given: GivenFiles, fault: Fault): Variable[] {
  for (const { place, key } of lines)
    if (key === "UnsetEnvironment" || key === "")
      fault(
        place,
        key === ""
          ? "is not of the form Key=value"
          : `${key}: remove it, and the variables that it names`,
      );
  const passed = sinceReset(lines, "PassEnvironment").flatMap(({ value, place }) =>
    value.split(/\s+/).map((name) => ({ name, value: { filledIn: name, from: "systemd" }, place })),
  );
  const written = sinceReset(lines, "Environment").flatMap((line) =>
    unitWords(line, fault).flatMap((text) => {
      const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
      if (name === undefined || value === undefined)
        fault(
          line.place,
          "Environment: has a word that is not of the form NAME=value: quote it as a whole",
        );
      return name === undefined || value === undefined ? [] : [{ name, value, place: line.place }];
    }),
  );
  const files = sinceReset(lines, "EnvironmentFile").flatMap((line) =>
    fromFile(line, given, fault),
  );
  return lastOfEach([...passed, ...written, ...files]);
}

/** A file that may be missing (`-`) stops the import too if it was not given, because it may hold a restriction. */
function fromFile({ value, place }: UnitLine, given: GivenFiles, fault: Fault): Variable[] {
  const path = value.replace(/^-/, "");
  const file = given.take(path, place.replace(/:\d+$/, ""));
  if (file === undefined) {
    fault(place, `EnvironmentFile: ${notGiven(path)}`);
    return [];
  }
  const { variables, problems } = readVariables(file);
  for (const problem of problems) fault(problem.place, problem.message);
  for (const [index, line] of file.text.split(/\r?\n/).entries()) {
    const message = lineFault(line);
    if (message !== undefined) fault(`${file.name}:${index + 1}`, message);
  }
  return variables.map(({ variable, ...line }) => ({
    name: variable,
    value: line.value,
    place: line.place,
  }));
}

/** What systemd reads otherwise than shells do. */
function lineFault(line: string): string | undefined {
  if (/^\s*#/.test(line)) return undefined;
  if (/=.*\s#/.test(line))
    return "has a # behind the value, which systemd takes for a part of it: remove it";
  if (/^\s*export\s/.test(line))
    return "begins with export, so systemd ignores it: remove the line";
  return line.includes("\\")
    ? "has a \\, which systemd removes: write the value without it"
    : undefined;
}

/** Words in quotes; `%%` is `%`. */
function unitWords({ key, value, place }: UnitLine, fault: Fault): readonly string[] {
  const specifier = /%[^%]/.exec(value.replaceAll("%%", ""))?.[0];
  if (specifier !== undefined)
    fault(
      place,
      `${key}: has the specifier ${specifier}, which only systemd resolves: write its value`,
    );
  if (value.includes("\\"))
    fault(place, `${key}: has a \\ inside the line: write the value without it`);
  const split = splitWords(value.replaceAll("\\", ""), { forbidden: "" });
  if ("fault" in split) fault(place, `${key}: ${split.fault}`);
  return "fault" in split ? [] : split.words.map((word) => word.replaceAll("%%", "%"));
}

function commandWords(line: UnitLine, environment: readonly Variable[], fault: Fault): Word[] {
  const [, prefix = "", value = ""] = /^([-@:+!|]*)(.*)$/s.exec(line.value) ?? [];
  if (/[@:|]/.test(prefix)) fault(line.place, `ExecStart: starts with ${prefix}: remove it`);
  return unitWords({ ...line, value }, fault).flatMap((word) => {
    const [, whole] = /^\$([A-Za-z_]\w*)$/.exec(word) ?? [];
    const texts =
      whole === undefined
        ? [expand(word, environment)]
        : (textOf(environment, whole) ?? marked(whole)).split(/\s+/);
    return texts.filter((text) => text !== "").map((text) => ({ text, place: line.place }));
  });
}

/** `${NAME}` is a variable, and `$$` is `$`. `$NAME` inside a word is left alone by some versions only. */
function expand(word: string, environment: readonly Variable[]): string {
  return word.replace(
    /\$\$|\$\{(\w+)\}|\$([A-Za-z_]\w*)/g,
    (written, braced?: string, bare?: string) => {
      if (braced !== undefined) return textOf(environment, braced) ?? marked(braced);
      return bare === undefined ? written.slice(1) : marked(bare);
    },
  );
}

function textOf(environment: readonly Variable[], name: string): string | undefined {
  const value = environment.find((one) => one.name === name)?.value;
  return typeof value === "string" ? value : undefined;
}

import type { ImportFile, Problem } from "./given-files.ts";

/** A line `NAME=value`. */
export interface VariableLine {
  readonly variable: string;
  readonly value: string;
  /** In single quotes, where no reader resolves variables. */
  readonly isLiteral: boolean;
  readonly place: string;
}

interface VariableLines {
  readonly variables: readonly VariableLine[];
  readonly problems: readonly LineProblem[];
}

/** `variable` is missing if the line has no name. */
interface LineProblem extends Problem {
  readonly variable?: string;
}

/** Lines of `NAME=value`, as compose, shells and systemd read them. */
export function readVariables(file: ImportFile): VariableLines {
  return readLines(file, (line) => {
    const written = line.trim();
    const [, quote, inside] = /^(["'])(.*)\1\s*(?:#.*)?$/.exec(written) ?? [];
    if (inside === undefined || inside.includes(quote ?? ""))
      return /^["']/.test(written) ? undefined : { value: written.replace(/\s+#.*$/, "") };
    if (quote === "'") return { value: inside, isLiteral: true };
    return inside.includes("\\") ? undefined : { value: inside };
  });
}

/** The same lines as `docker run --env-file` reads them: quotes, blanks and `#` are part of the value. */
export function readRawVariables(file: ImportFile): VariableLines {
  return readLines(file, (value) => ({ value, isLiteral: true }));
}

function readLines(
  { name, text }: ImportFile,
  valueOf: (written: string) => { value: string; isLiteral?: boolean } | undefined,
): VariableLines {
  const variables: VariableLine[] = [];
  const problems: LineProblem[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const place = `${name}:${index + 1}`;
    const [, variable, written] = /^\s*(?:export\s+)?([A-Za-z_]\w*)=(.*)$/.exec(line) ?? [];
    const read = written === undefined ? undefined : valueOf(written);
    if (variable === undefined) problems.push({ place, message: "is not of the form NAME=value" });
    else if (read === undefined)
      problems.push({ place, variable, message: `${variable}: ${unreadable}` });
    else variables.push({ variable, place, isLiteral: false, ...read });
  }
  return { variables, problems };
}

const unreadable =
  "has quotes or \\ in a way that programs read differently: write the value on one line, in one pair of quotes at most";

import { parseTOML } from "confbox";
import { isObject } from "../../config/shape.ts";
import {
  parserReason,
  type ImportFile,
  type Problem,
  type Reading,
  type Setting,
} from "./setting.ts";

/**
 * Reads a `.cfg`, which is TOML without tables. Parses one statement at a time, so that every problem has its line
 * and a repeated option can be reported.
 */
export function readToml({ name, text }: ImportFile): Reading {
  const settings: Setting[] = [];
  const problems: Problem[] = [];
  for (const { line, source } of statementsOf(text)) {
    const place = `${name}:${line}`;
    try {
      for (const [key, value] of Object.entries(parseTOML<Record<string, unknown>>(source))) {
        if (isObject(value))
          problems.push({
            place,
            message: `${key}: is a TOML table, which oauth2-proxy's configuration does not have: remove it`,
          });
        else settings.push({ name: key, spelt: key, value, place, rank: 0 });
      }
    } catch (error) {
      problems.push({ place, message: `cannot be read: ${parserReason(error)}` });
    }
  }
  return { settings, problems, notes: [] };
}

interface Statement {
  readonly line: number;
  readonly source: string;
}

/** A statement ends before the next line that starts an option outside a multi-line string. */
function statementsOf(text: string): Statement[] {
  const statements: { line: number; source: string }[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const last = statements.at(-1);
    const begins = /^\s*((?:[\w.-]+|"[^"=]*")\s*=|\[[A-Za-z])/.test(line);
    if (last !== undefined && (!begins || isTextOpen(last.source))) last.source += `\n${line}`;
    else if (!/^\s*(#|$)/.test(line)) statements.push({ line: index + 1, source: line });
  }
  return statements;
}

function isTextOpen(source: string): boolean {
  return ['"""', "'''"].some((sign) => source.split(sign).length % 2 === 0);
}

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
 * A `.cfg`: TOML without tables. It is read a statement at a time, so that every fault has its line, and an
 * option that stands twice can be told.
 */
export function readToml({ name, text }: ImportFile): Reading {
  const settings: Setting[] = [];
  const problems: Problem[] = [];
  for (const { line, source } of statementsOf(text)) {
    const place = `${name}:${line}`;
    try {
      for (const [key, value] of Object.entries(parseTOML<Record<string, unknown>>(source))) {
        if (isObject(value))
          problems.push({ place, message: `${key}: is a table, and oauth2-proxy knows none` });
        else settings.push({ name: key, spelt: key, value, place, rank: 0 });
      }
    } catch (error) {
      problems.push({ place, message: `cannot be read: ${parserReason(error)}` });
    }
  }
  return { settings, problems };
}

interface Statement {
  readonly line: number;
  readonly source: string;
}

/** Lines up to the next that begins an option and does not stand within a text of several lines. */
function statementsOf(text: string): Statement[] {
  const statements: { line: number; source: string }[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const last = statements.at(-1);
    const begins = /^\s*([A-Za-z0-9_."-]+\s*=|\[[A-Za-z])/.test(line);
    if (last !== undefined && (!begins || isTextOpen(last.source))) last.source += `\n${line}`;
    else if (!/^\s*(#|$)/.test(line)) statements.push({ line: index + 1, source: line });
  }
  return statements;
}

function isTextOpen(source: string): boolean {
  return ['"""', "'''"].some((sign) => source.split(sign).length % 2 === 0);
}

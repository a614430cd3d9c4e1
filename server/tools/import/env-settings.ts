import type { ImportFile } from "./formats/given-files.ts";
import { readVariables } from "./formats/variables.ts";
import type { Note } from "./notes.ts";
import type { Reading, Setting } from "./setting.ts";

const prefix = "OAUTH2_PROXY_";

/** A variable as an option of oauth2-proxy; empty for other variables. */
export function settingOfVariable(variable: string, value: unknown, place: string): Setting[] {
  if (!variable.startsWith(prefix)) return [];
  const name = variable.slice(prefix.length).toLowerCase();
  return [{ name, spelt: variable, value, place, rank: 1 }];
}

/** Variables that look like oauth2-proxy's, and that it ignores. */
export function ignoredVariables(names: readonly string[]): Note[] {
  return names
    .filter((name) => /^oauth2[-_]?proxy[-_]/i.test(name) && !name.startsWith(prefix))
    .map((name) => ({
      kind: "left out",
      subject: name,
      message: `is ignored by oauth2-proxy: did you mean ${prefix}${name.replace(/^oauth2[-_]?proxy[-_]/i, "").toUpperCase()}?`,
    }));
}

export function readEnvironment(file: ImportFile): Reading {
  const { variables, problems } = readVariables(file);
  return {
    problems,
    notes: ignoredVariables(variables.map(({ variable }) => variable)),
    settings: variables.flatMap(({ variable, value, place }) =>
      settingOfVariable(variable, value, place),
    ),
  };
}

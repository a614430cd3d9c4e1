import type { ImportFile } from "./formats/given-files.ts";
import { readVariables } from "./formats/variables.ts";
import type { Reading, Setting } from "./setting.ts";

const prefix = "OAUTH2_PROXY_";

/** A variable as an option of oauth2-proxy; empty for other variables. */
export function settingOfVariable(variable: string, value: unknown, place: string): Setting[] {
  if (!variable.startsWith(prefix)) return [];
  const name = variable.slice(prefix.length).toLowerCase();
  return [{ name, spelt: variable, value, place, rank: 1 }];
}

export function readEnvironment(file: ImportFile): Reading {
  const { variables, problems } = readVariables(file);
  return {
    problems,
    notes: [],
    settings: variables.flatMap(({ variable, value, place }) =>
      settingOfVariable(variable, value, place),
    ),
  };
}

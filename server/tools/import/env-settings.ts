import type { ImportFile, Problem, Reading, Setting } from "./setting.ts";

const prefix = "OAUTH2_PROXY_";

/** A variable as an option of oauth2-proxy; empty for other variables. */
export function settingOfVariable(variable: string, value: unknown, place: string): Setting[] {
  if (!variable.startsWith(prefix)) return [];
  const name = variable.slice(prefix.length).toLowerCase();
  return [{ name, spelt: variable, value, place, rank: 1 }];
}

/** Lines of `NAME=value`, as docker and shells read them. */
export function readVariables({ name, text }: ImportFile): {
  readonly variables: readonly { variable: string; value: string; place: string }[];
  readonly problems: readonly Problem[];
} {
  const variables: { variable: string; value: string; place: string }[] = [];
  const problems: Problem[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const place = `${name}:${index + 1}`;
    const [, variable, value] = /^\s*(?:export\s+)?([A-Za-z_]\w*)=(.*)$/.exec(line) ?? [];
    if (variable === undefined || value === undefined) {
      problems.push({ place, message: "is not of the form NAME=value" });
    } else variables.push({ variable, value: unquoted(value.trim()), place });
  }
  return { variables, problems };
}

export function readEnvironment(file: ImportFile): Reading {
  const { variables, problems } = readVariables(file);
  return {
    problems,
    settings: variables.flatMap(({ variable, value, place }) =>
      settingOfVariable(variable, value, place),
    ),
  };
}

function unquoted(value: string): string {
  const [, , inside] = /^(["'])(.*)\1$/.exec(value) ?? [];
  return inside ?? value.replace(/\s+#.*$/, "");
}

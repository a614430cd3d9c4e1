import { parseYAML } from "confbox";
import { isObject } from "../../config/shape.ts";
import { readVariables } from "./formats/variables.ts";
import { settingOfPath, settingOfVariable, vouchSettings } from "./vouch-names.ts";
import {
  emptyReading,
  parserReason,
  type ImportFile,
  type Problem,
  type Reading,
  type Setting,
} from "./setting.ts";

/** vouch-proxy's settings in its `config.yml`, or in a file of its variables. */
export function readVouchProxy(file: ImportFile): Reading {
  const isVariables = /^\s*(export\s+)?(VOUCH|OAUTH)_\w+=/m.test(file.text);
  return isVariables ? readEnvironment(file) : readYaml(file);
}

function readEnvironment(file: ImportFile): Reading {
  const { variables, problems } = readVariables(file);
  const settings = variables
    .filter(({ variable, value }) => /^(VOUCH|OAUTH)_/.test(variable) && value !== "")
    .map(({ variable, value, place }): Setting => {
      const name = settingOfVariable(variable) ?? variable;
      return { name, spelt: variable, value, place, rank: 1 };
    });
  return { settings, problems, notes: [] };
}

function readYaml(file: ImportFile): Reading {
  const fault = (message: string) => ({
    ...emptyReading,
    problems: [{ place: file.name, message }],
  });
  let value: unknown;
  try {
    value = parseYAML(file.text);
  } catch (error) {
    return fault(`cannot be read: ${parserReason(error)}`);
  }
  if (isObject(value) && isObject(value.services))
    return fault(
      "is a compose file: import the config.yml that it mounts, and put its VOUCH_ and OAUTH_ variables into a file of NAME=value lines",
    );
  if (!isObject(value)) return fault("is not a mapping with the keys vouch and oauth");
  return leaves(file, value, []);
}

const sections = new Set(
  [...vouchSettings.keys()].flatMap((name) => {
    const parts = name.toLowerCase().split(".");
    return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("."));
  }),
);

/** Every value under a key of a section. A section without a value, as `vouch:` alone, is empty. */
function leaves(
  file: ImportFile,
  value: Record<string, unknown>,
  path: readonly string[],
): Reading {
  const settings: Setting[] = [];
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const [key, child] of Object.entries(value)) {
    const own = [...path, key];
    const [spelt, place] = [own.join("."), lineOf(file, own)];
    if (seen.has(key.toLowerCase()))
      problems.push({ place, message: `${spelt}: is there in two spellings: keep one` });
    seen.add(key.toLowerCase());
    if (sections.has(spelt.toLowerCase())) {
      if (isObject(child)) {
        const inside = leaves(file, child, own);
        settings.push(...inside.settings);
        problems.push(...inside.problems);
      } else if (child !== null)
        problems.push({ place, message: `${spelt}: is not a mapping of settings` });
    } else {
      const name = settingOfPath(spelt) ?? spelt;
      settings.push({ name, spelt, value: child, place, rank: 0 });
    }
  }
  return { settings, problems, notes: [] };
}

/** `file:line` of a key, in block or flow style, looked up from the line of its section on. */
function lineOf({ name, text }: ImportFile, path: readonly string[]): string {
  const lines = text.split(/\r?\n/);
  let at = 0;
  for (const key of path) {
    const isKey = new RegExp(String.raw`(^|[{,])\s*["']?${RegExp.escape(key)}["']?\s*:`);
    const next = lines.findIndex((line, index) => index >= at && isKey.test(line));
    if (next === -1) return name;
    at = next;
  }
  return `${name}:${at + 1}`;
}

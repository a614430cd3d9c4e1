import { nearest } from "../../config/nearest.ts";
import type { Problem } from "./formats/given-files.ts";
import { valueOf } from "./formats/interpolation.ts";
import type { Word } from "./formats/program.ts";
import { flagNames, isSwitch, options } from "./oauth2-proxy-options.ts";
import type { Reading, Setting } from "./setting.ts";

/** `--flag=value`, `--flag value` and `--switch`, as on oauth2-proxy's command line. `source` has unset variables. */
export function settingsOfFlags(words: readonly Word[], source: string): Reading {
  const settings: Setting[] = [];
  const problems: Problem[] = [];
  for (let index = 0; index < words.length; index++) {
    const { text, place } = words[index] ?? { text: "", place: "" };
    const [, flag, , inline] = /^--?([A-Za-z][\w-]*)(=(.*))?$/s.exec(text) ?? [];
    if (flag === undefined) {
      problems.push({ place, message: `${shown(text)} ${notAFlag}` });
      continue;
    }
    const name = flagNames.get(flag) ?? "";
    const isAlone = inline === undefined && isSwitch(name);
    const value = inline ?? (isAlone ? "true" : words[++index]?.text);
    if (name === "") problems.push({ place, message: `--${flag}: ${unknownFlag(flag)}` });
    else if (value === undefined)
      problems.push({ place, message: `--${flag}: has no value: write --${flag}=VALUE` });
    else if (options.get(name) === "list" && value.includes('"'))
      problems.push({ place, message: `--${flag}: ${csvQuotes}` });
    else settings.push({ name, spelt: `--${flag}`, value: valueOf(value, source), place, rank: 2 });
  }
  return { settings, problems, notes: [] };
}

function unknownFlag(flag: string): string {
  const meant = nearest(flag, [...flagNames.keys()]);
  return meant === undefined
    ? "is not a flag of oauth2-proxy"
    : `is unknown: did you mean --${meant}?`;
}

/** RFC 4180: in quotes, a comma is part of an entry. */
const csvQuotes =
  "has quotes, which oauth2-proxy reads as those of CSV: repeat the flag with one entry each, without them";

const notAFlag =
  "in the command is not a flag of oauth2-proxy, and what it does is not understood: write the plain command, each option as --flag=value";

/** A word, unless it may be a secret. */
function shown(text: string): string {
  return /^[a-z/-]{1,12}$/.test(text) ? `"${text}"` : "a word";
}

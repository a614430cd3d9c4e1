import type { Problem } from "./formats/given-files.ts";
import type { ImportFile, Reading, Setting } from "./setting.ts";

/** Options of traefik-forward-auth in an ini file, or in the older form `name value`. */
export function readIni({ name, text }: ImportFile): Reading {
  const settings: Setting[] = [];
  const problems: Problem[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*([#;]|$)/.test(line)) continue;
    const place = `${name}:${index + 1}`;
    const [, key, value] = /^\s*([\w.-]+)\s*(?:[=:]|\s)\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === undefined || value === undefined)
      problems.push({ place, message: "is not of the form name = value" });
    else settings.push({ name: key, spelt: key, value: unquoted(value), place, rank: 0 });
  }
  return { settings, problems, notes: [] };
}

export function unquoted(value: string): string {
  return /^"(.*)"$/s.exec(value)?.[1]?.replace(/\\(["\\])/g, "$1") ?? value;
}

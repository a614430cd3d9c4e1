import { flagNames, isSwitch } from "./oauth2-proxy-options.ts";
import type { Setting } from "./setting.ts";

/** `--flag=value`, `--flag value` and `--switch`, as on oauth2-proxy's command line. */
export function settingsOfFlags(
  words: readonly string[],
  { placeOf, valueOf }: { placeOf(flag: string): string; valueOf(written: string): unknown },
): Setting[] {
  const settings: Setting[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    const [, flag, , inline] = /^--?([A-Za-z][\w-]*)(=(.*))?$/s.exec(word) ?? [];
    if (flag === undefined) continue;
    const name = flagNames.get(flag) ?? flag.replaceAll("-", "_");
    const isAlone = inline === undefined && isSwitch(name);
    const value = inline ?? (isAlone ? "true" : (words[++index] ?? ""));
    settings.push({
      name,
      spelt: `--${flag}`,
      value: valueOf(value),
      place: placeOf(flag),
      rank: 2,
    });
  }
  return settings;
}

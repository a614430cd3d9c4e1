import type { Problem } from "./formats/given-files.ts";
import type { Setting } from "./setting.ts";

interface Distinct {
  readonly settings: readonly Setting[];
  readonly problems: readonly Problem[];
}

/** A program has one value of each variable. Lists of two files must not be joined, because one replaces the other. */
export function withoutRepeatedVariables(settings: readonly Setting[]): Distinct {
  const first = new Map<string, Setting>();
  const problems: Problem[] = [];
  const kept = settings.filter((setting) => {
    if (setting.rank !== 1) return true;
    const before = first.get(setting.name);
    if (before === undefined) return first.set(setting.name, setting).size > 0;
    if (JSON.stringify(before.value) !== JSON.stringify(setting.value)) {
      const message = `${setting.spelt}: contradicts ${before.place}: keep one`;
      problems.push({ place: setting.place, message });
    }
    return false;
  });
  return { settings: kept, problems };
}

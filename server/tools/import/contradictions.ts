import type { Problem } from "./formats/given-files.ts";
import type { Setting } from "./setting.ts";

interface Distinct {
  readonly settings: readonly Setting[];
  readonly problems: readonly Problem[];
}

/**
 * A program has one value of each variable, and reads one configuration file. Lists of two of them must not be joined,
 * because one would replace the other. The flags of a command line, and an option repeated in one file, are joined.
 */
export function withoutContradictions(settings: readonly Setting[]): Distinct {
  const first = new Map<string, Setting>();
  const problems: Problem[] = [];
  const kept = settings.filter((setting) => {
    const key = `${setting.rank} ${setting.name}`;
    const before = first.get(key);
    if (before === undefined) return first.set(key, setting).size > 0;
    const isJoined = setting.rank === 2 || (setting.rank === 0 && isInOneFile(before, setting));
    if (isJoined) return true;
    if (JSON.stringify(before.value) !== JSON.stringify(setting.value)) {
      const message = `${setting.spelt}: contradicts ${before.place}: keep one`;
      problems.push({ place: setting.place, message });
    }
    return false;
  });
  return { settings: kept, problems };
}

function isInOneFile(one: Setting, other: Setting): boolean {
  return one.place.replace(/:\d+$/, "") === other.place.replace(/:\d+$/, "");
}

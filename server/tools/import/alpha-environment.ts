import { alphaOptions } from "./alpha-settings.ts";
import type { Note } from "./notes.ts";
import type { Setting } from "./setting.ts";

/** Without the variables that oauth2-proxy ignores beside an alpha configuration. */
export function withoutAlphaOptions(settings: readonly Setting[]): {
  readonly settings: readonly Setting[];
  readonly notes: readonly Note[];
} {
  return {
    settings: settings.filter((setting) => !isIgnored(setting)),
    notes: settings.filter(isIgnored).map(({ spelt, place }) => ({
      kind: "left out",
      subject: `${spelt} at ${place}`,
      message: "is ignored by oauth2-proxy beside an alpha configuration",
    })),
  };
}

function isIgnored({ name, rank }: Setting): boolean {
  return rank === 1 && alphaOptions.has(name);
}

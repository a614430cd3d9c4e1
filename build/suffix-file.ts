import { writeFileSync } from "node:fs";
import { join } from "node:path";
import manifest from "tldts/package.json" with { type: "json" };
import { root } from "../docs/source-files.ts";
import { publicSuffixRules } from "./public-suffixes.ts";

/** The file in which doorward looks suffixes up. */
export const suffixFile = "server/values/public-suffixes.txt";

/** The whole of it, sorted for a binary search. No rule begins with a space, so the notice comes first. */
export function suffixFileText(): string {
  const notice = [
    `  The rules of the Public Suffix List that tldts ${manifest.version} contains: https://publicsuffix.org`,
    "  The list is subject to the Mozilla Public License, v. 2.0: https://mozilla.org/MPL/2.0/",
  ];
  // By code units, as JavaScript compares strings.
  return `${[...notice, ...publicSuffixRules()].toSorted().join("\n")}\n`;
}

if (import.meta.main) writeFileSync(join(root, suffixFile), suffixFileText());

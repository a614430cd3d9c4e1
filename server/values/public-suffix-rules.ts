import { readFileSync } from "node:fs";

/** The rules of the Public Suffix List in ASCII, a line each. `npm run docs:pages` writes the file. */
export function publicSuffixRules(): string {
  return readFileSync(new URL("public-suffixes.txt", import.meta.url), "utf8");
}

import { publicSuffixRules } from "./public-suffix-rules.ts";

let list: string | undefined;

/** The list, without its last line end. A file that was cut or rewritten must not make every domain acceptable. */
function readList(): string {
  const read = publicSuffixRules().trimEnd();
  if (["!www.ck\n", "co.uk\n", "zw"].every((rule) => read.includes(`\n${rule}`))) return read;
  throw new Error("the Public Suffix List of this doorward is damaged: install doorward again");
}

/** Whether the list has a rule, by a binary search: a set of the rules would take ten times the memory. */
function hasRule(rule: string): boolean {
  list ??= readList();
  let [from, to] = [0, list.length];
  while (from < to) {
    const start = list.lastIndexOf("\n", (from + to) >> 1) + 1;
    const next = list.indexOf("\n", start);
    const end = next === -1 ? list.length : next;
    const found = list.slice(start, end);
    if (found === rule) return true;
    if (found < rule) from = end + 1;
    else to = start - 1;
  }
  return false;
}

/**
 * Whether anyone can register names under a domain in ASCII: `com`, `co.uk`, `github.io`. The rule of all of its labels
 * decides, such as `*.ck` and the exception `!www.ck`. The package tldts would take 8 MiB for as long as the process lasts.
 */
export function isPublicSuffix(domain: string): boolean {
  if (!domain.includes(".")) return true;
  const parent = domain.slice(domain.indexOf(".") + 1);
  return !hasRule(`!${domain}`) && (hasRule(domain) || hasRule(`*.${parent}`));
}

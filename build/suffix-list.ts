/** The rules of the Public Suffix List as a text, each between two line ends. */
export function suffixList(rules: readonly string[]): string {
  return `\n${rules.join("\n")}\n`;
}

/** Whether a domain in ASCII is a public suffix by this list: the rule of all of its labels decides. */
export function isSuffixIn(list: string, domain: string): boolean {
  const has = (rule: string) => list.includes(`\n${rule}\n`);
  const parent = domain.slice(domain.indexOf(".") + 1);
  return !has(`!${domain}`) && (has(domain) || has(`*.${parent}`));
}

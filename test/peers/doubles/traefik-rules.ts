/** The parts of a request that a Traefik rule matches. */
interface RuleSubject {
  /** Lower case, without the port. */
  readonly host: string;
  readonly path: string;
}

const matchers: Record<string, (subject: RuleSubject, value: string) => boolean> = {
  Host: ({ host }, value) => host === value.toLowerCase(),
  HostRegexp: ({ host }, value) => new RegExp(value).test(host),
  Path: ({ path }, value) => path === value,
  PathPrefix: ({ path }, value) => path.startsWith(value),
};

/** Whether a rule matches. It supports only matchers joined by `&&`, as doorward generates them; others throw. */
export function ruleHolds(rule: string, subject: RuleSubject): boolean {
  return rule.split(" && ").every((part) => {
    const [, isNot, name = "", value = ""] = /^(!?)(\w+)\(`([^`]*)`\)$/.exec(part) ?? [];
    const matcher = matchers[name];
    if (matcher === undefined) throw new Error(`the double does not support the rule ${part}`);
    return matcher(subject, value) !== (isNot === "!");
  });
}

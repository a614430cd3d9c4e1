import type { Access, RuleAccess } from "./access-schema.ts";
import type { Rule } from "./rules.ts";

type WrittenAccess = Access | RuleAccess | "public" | "signed-in" | undefined;

/** Every group that the `access` of a site or a rule names. */
export function namedGroups(
  sites: readonly { readonly access: WrittenAccess }[],
  rules: readonly Rule[],
): ReadonlySet<string> {
  const written = [
    ...sites.map(({ access }) => access),
    ...rules.map(({ config }) => config.allow),
  ];
  return new Set(written.flatMap(groupsOf));
}

function groupsOf(access: WrittenAccess): string[] {
  if (typeof access !== "object") return [];
  return [...(access.groups ?? []), ...(access.all ?? []).flatMap(groupsOf)];
}

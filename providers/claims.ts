/** What an issuer says of somebody, as it says it. Nothing in it is trusted to have a shape. */
export type Claims = Readonly<Record<string, unknown>>;

/**
 * The value at a dotted path. A key that itself holds dots (`https://example.com/roles`) is tried
 * whole first. Own properties only: `__proto__` and `constructor` name nothing.
 */
export function claimAt(claims: unknown, path: string): unknown {
  if (typeof claims !== "object" || claims === null || Array.isArray(claims)) return undefined;
  if (Object.hasOwn(claims, path)) return (claims as Claims)[path];
  for (let dot = path.indexOf("."); dot > 0; dot = path.indexOf(".", dot + 1)) {
    const key = path.slice(0, dot);
    if (Object.hasOwn(claims, key)) return claimAt((claims as Claims)[key], path.slice(dot + 1));
  }
  return undefined;
}

/** A claim that is text, or nothing. */
export function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** One group, or a list of groups. Whatever is not text in a list is no group. */
export function texts(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter((entry): entry is string => typeof entry === "string" && entry !== "");
}

/** Words that begin groups of another kind: `role:admin`, `repo:owner/name`. */
const prefixes = new Set(["project", "repo", "role"]);

/** Groups by names that somebody chose, without those that could be read as another kind of group. */
export function plainGroups(groups: readonly string[]): string[] {
  return groups.filter((group) => !prefixes.has(/^(.*?):/.exec(group)?.[1]?.toLowerCase() ?? ""));
}

/**
 * A name that people choose for themselves at the provider, such as an organisation's, to be a group or a part of
 * one. A name that could be read as another kind of group, or as several, is none.
 */
export function handle(value: unknown): string | undefined {
  const name = text(value);
  const isPlain = name !== undefined && /^[\w.-]+$/.test(name);
  return isPlain && !prefixes.has(name.toLowerCase()) ? name : undefined;
}

/** A name that may be written as a number, as the ids of many providers are. */
export function id(value: unknown): string | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) ? String(value) : text(value);
}

/** The claims of an issuer about a visitor, unvalidated. */
export type Claims = Readonly<Record<string, unknown>>;

/**
 * The value at a dotted path. A key that itself contains dots (`https://example.com/roles`) is tried whole first.
 * Reads own properties only, so not `__proto__` or `constructor`.
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

/** A non-empty text claim; undefined = anything else. */
export function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** One group, or a list of groups. Ignores entries that are not text. */
export function texts(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter((entry): entry is string => typeof entry === "string" && entry !== "");
}

/** Prefixes of special groups: `role:admin`, `repo:owner/name`. */
const prefixes = new Set(["project", "repo", "role"]);

/** Groups with freely chosen names, without those that look like a special group. */
export function plainGroups(groups: readonly string[]): string[] {
  return groups.filter((group) => !prefixes.has(/^(.*?):/.exec(group)?.[1]?.toLowerCase() ?? ""));
}

/**
 * A name that users choose at the provider, such as an organisation's, for use in a group. undefined = it could be
 * mistaken for a special group, or for several groups.
 */
export function handle(value: unknown): string | undefined {
  const name = text(value);
  const isPlain = name !== undefined && /^[\w.-]+$/.test(name);
  return isPlain && !prefixes.has(name.toLowerCase()) ? name : undefined;
}

/** A text or integer claim as text, because the ids of many providers are numbers. */
export function id(value: unknown): string | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) ? String(value) : text(value);
}

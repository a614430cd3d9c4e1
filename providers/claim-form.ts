/** The form of a claim, for the log. It contains nothing of the value, which may be personal. */
export function formOf(value: unknown): string {
  if (value === undefined) return "absent";
  if (value === null) return "null";
  if (Array.isArray(value)) return listForm(value);
  if (value === "") return "an empty string";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function listForm(list: readonly unknown[]): string {
  if (list.length === 0) return "an empty list";
  return `a list of ${[...new Set(list.map(kindOf))].toSorted().join(" and ")}`;
}

function kindOf(entry: unknown): string {
  if (entry === null) return "nulls";
  if (entry === "") return "empty strings";
  return Array.isArray(entry) ? "lists" : `${typeof entry}s`;
}

/** The form of a claim that says yes or no. Such a value is not personal, so the log may show it. */
export function flagForm(value: unknown): string {
  if (typeof value === "boolean") return String(value);
  if (value === 0 || value === 1) return `the number ${value}`;
  const isFlag = typeof value === "string" && /^(true|false|yes|no|0|1)$/i.test(value);
  return isFlag ? `the string "${value}"` : formOf(value);
}

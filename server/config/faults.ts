import type * as v from "valibot";
import type { AsWritten, FindAsWritten } from "./as-written.ts";

/** A setting's path, such as `providers.google.clientId`, and what is wrong with it, with the fix. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

/** All faults of a configuration, so that the operator can fix them in one go. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly faults: readonly Fault[];

  constructor(source: string, faults: readonly Fault[]) {
    const lines = faults.map(
      ({ path, message }) => `  ${path === "" ? "" : `${path}: `}${message}`,
    );
    super([`${source} is invalid:`, ...lines].join("\n"));
    this.faults = faults;
  }
}

/** What to add for a required setting. */
const hints: Record<string, string> = {
  secret: "is missing: run `doorward secret` to generate one",
  providers: "is missing: add a provider, such as { google: { clientId: …, clientSecret: … } }",
};

const names: Record<string, string> = {
  Array: "a list, such as [one, two]",
  Object: "a mapping of settings",
  string: "text",
  number: "a number",
  boolean: "true or false",
};

/** The fault for an issue of valibot. */
export function faultOf(issue: v.BaseIssue<unknown>, find: FindAsWritten = () => undefined): Fault {
  const keys = issue.path?.map((item) => item.key) ?? [];
  const path = keys.map(String).join(".");
  if (issue.received === "undefined") return { path, message: hints[path] ?? "is missing" };
  const found = find(keys, issue.input);
  const message = issue.kind === "schema" ? `is not ${expected(issue)}` : issue.message;
  const isHidden = isSecret(path) || holdsPassword(issue.input);
  const shown = isHidden ? "" : `${found?.text ?? written(issue.input)} `;
  return {
    path,
    message: `${shown}${message}${mend(issue, isHidden ? undefined : found?.text)}${lineOf(found)}`,
  };
}

/** YAML and TOML read `0123`, `1e3` and `true` as other values than text. */
function mend({ kind, expected: type, input }: v.BaseIssue<unknown>, asWritten?: string): string {
  if (kind !== "schema" || !acceptsText(type) || !isScalar(input)) return "";
  return `: put it in quotes${asWritten === undefined ? "" : `, "${asWritten}"`}`;
}

function lineOf(found: AsWritten | undefined): string {
  return found === undefined ? "" : ` (line ${found.line})`;
}

function isScalar(value: unknown): boolean {
  return typeof value === "number" || typeof value === "boolean" || value instanceof Date;
}

function acceptsText(type: string | null): boolean {
  return type !== null && type.replace(/[()]/g, "").split(" | ").includes("string");
}

/** JSON writes an infinite number as null, and cannot write a value that contains itself, as an alias in YAML can. */
function written(value: unknown): string {
  if (typeof value === "number") return String(value);
  try {
    return JSON.stringify(value);
  } catch {
    return "this value";
  }
}

/** A message without any of these texts, plain or in JSON's spelling. */
export function withhold(message: string, texts: readonly string[]): string {
  const spelt = texts.flatMap((text) => [text, JSON.stringify(text).slice(1, -1)]);
  // The longest first, because removing a part of a longer text would leave the rest of it.
  return spelt
    .filter((text) => text !== "")
    .toSorted((one, other) => other.length - one.length)
    .reduce(
      (shown, text) =>
        shown.replaceAll(new RegExp(`(?<![\\w-])${RegExp.escape(text)}(?![\\w-])`, "g"), "…"),
      message,
    );
}

/**
 * Paths whose value a fault must not show. A provider that is not a mapping may be a secret, and so may a value in
 * the place of a file's path.
 */
function isSecret(path: string): boolean {
  return /(^|\.)(secret(\.\d+)?|clientSecret|[^.]+File)$|^users$|^providers(\.[^.]+)?$|^listen\.https\.key$|^assertion\.key$|^storage\.(url|password|sentinelPassword|tls\.key)$/.test(
    path,
  );
}

/** `https://user:password@host`. */
function holdsPassword(value: unknown): boolean {
  return typeof value === "string" && /:\/\/[^/]*@/.test(value);
}

function expected(issue: v.BaseIssue<unknown>): string {
  const type = issue.expected ?? "";
  if (acceptsText(type) && isScalar(issue.input)) return "text";
  if (type.includes("Array") && acceptsText(type) && Array.isArray(issue.input))
    return "a list of texts: put each in quotes";
  return names[type] ?? `one of ${type.replace(/[()"]/g, "").replaceAll(" | ", ", ")}`;
}

import type * as v from "valibot";

/** What is wrong, and where: `providers.google.clientId` and, in words, the mend. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

/** Every fault of a configuration at once, so that it is mended once. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly faults: readonly Fault[];

  constructor(source: string, faults: readonly Fault[]) {
    const lines = faults.map(
      ({ path, message }) => `  ${path === "" ? "" : `${path}: `}${message}`,
    );
    super([`${source} cannot be used:`, ...lines].join("\n"));
    this.faults = faults;
  }
}

/** Where there is no silent default, what to write. */
const hints: Record<string, string> = {
  secret: "is missing: `doorward secret` prints one",
  providers:
    "is missing: write who signs people in, such as { google: { clientId: …, clientSecret: … } }",
};

const names: Record<string, string> = {
  Array: "a list, such as [one, two]",
  Object: "a group of settings",
  string: "text",
  number: "a number",
  boolean: "true or false",
};

/** One of valibot's findings in our words. */
export function faultOf(issue: v.BaseIssue<unknown>): Fault {
  const path = issue.path?.map((item) => String(item.key)).join(".") ?? "";
  if (issue.received === "undefined") return { path, message: hints[path] ?? "is missing" };
  const message = issue.kind === "schema" ? `is not ${expected(issue)}` : issue.message;
  return {
    path,
    message:
      isSecret(path) || holdsPassword(issue.input) ? message : `${written(issue.input)} ${message}`,
  };
}

/** JSON would show an infinite number as null. */
function written(value: unknown): string {
  return typeof value === "number" ? String(value) : JSON.stringify(value);
}

/** A message without any of these texts, as they are or as JSON has them. */
export function withhold(message: string, texts: readonly string[]): string {
  const spelt = texts.flatMap((text) => [text, JSON.stringify(text).slice(1, -1)]);
  // The longest first, or what is part of another would hide that.
  return spelt
    .filter((text) => text !== "")
    .toSorted((one, other) => other.length - one.length)
    .reduce(
      (checkedString, text) =>
        checkedString.replaceAll(
          new RegExp(`(?<![\\w-])${RegExp.escape(text)}(?![\\w-])`, "g"),
          "…",
        ),
      message,
    );
}

/**
 * Secrets are named by their place alone. A provider that is no group of settings may be one, and so may what
 * stands where a file should be named.
 */
function isSecret(path: string): boolean {
  return /(^|\.)(secret(\.\d+)?|clientSecret|[^.]+File)$|^users$|^providers(\.[^.]+)?$|^storage\.(url|password|sentinelPassword|tls\.key)$/.test(
    path,
  );
}

/** `https://user:password@host`. */
function holdsPassword(value: unknown): boolean {
  return typeof value === "string" && /:\/\/[^/]*@/.test(value);
}

function expected(issue: v.BaseIssue<unknown>): string {
  const type = issue.expected ?? "";
  return names[type] ?? `one of ${type.replace(/[()"]/g, "").replaceAll(" | ", ", ")}`;
}

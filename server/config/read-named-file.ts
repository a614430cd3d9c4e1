import { readFileSync } from "node:fs";

/** The text of a file. A fault leaves the path out, because it may be the secret itself. */
export function readNamedFile(
  path: string,
): { readonly text: string } | { readonly fault: string } {
  try {
    return { text: readFileSync(path, "utf8") };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    return { fault: `names a file that cannot be read${code}` };
  }
}

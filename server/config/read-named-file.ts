import { readFileSync } from "node:fs";

/** What stands in a file. A fault says why not, and no name: it may be what was to stand in the file. */
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

import { readFileSync } from "node:fs";
import { fileText } from "./file-text.ts";

/** The text of a file. A fault leaves the path out, because it may be the secret itself. */
export function readNamedFile(
  path: string,
): { readonly text: string } | { readonly fault: string } {
  try {
    return { text: fileText(readFileSync(path)).text };
  } catch (error) {
    return { fault: fileFault(error) };
  }
}

/** What an error of reading a file, or of its contents, means to the operator. */
export function fileFault(error: unknown): string {
  if (!(error instanceof Error)) return "names a file that cannot be read";
  return "code" in error
    ? `names a file that cannot be read (${String(error.code)})`
    : `names a file that ${error.message}`;
}

/** PEM as it is, as from `DOORWARD_LISTEN_HTTPS_KEY_FILE`, or what the file of that name contains. */
export function readPem(written: string): ReturnType<typeof readNamedFile> {
  return written.includes("-----BEGIN") ? { text: written } : readNamedFile(written);
}

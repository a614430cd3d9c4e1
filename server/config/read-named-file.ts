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

/** PEM as it is, as from `DOORWARD_LISTEN_HTTPS_KEY_FILE`, or what the file of that name contains. */
export function readPem(written: string): ReturnType<typeof readNamedFile> {
  return written.includes("-----BEGIN") ? { text: written } : readNamedFile(written);
}

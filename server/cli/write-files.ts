import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Joins files into one text: a single file unchanged, several files each under its name. */
export function joinFiles(files: ReadonlyMap<string, string>): string {
  if (files.size === 1) return [...files.values()].join("");
  return [...files].map(([name, text]) => `# ==> ${name} <==\n${text}`).join("\n");
}

/**
 * Writes files into a folder, and returns a line about each. Throws, and writes none, if a file exists with other
 * contents: an operator may have edited it.
 */
export async function writeFiles(
  folder: string,
  files: ReadonlyMap<string, string>,
): Promise<string[]> {
  if (folder === "") throw new Error("--write is empty: write --write DIR");
  const states = await Promise.all(
    [...files].map(async ([name, text]) => {
      const path = join(folder, name);
      if (!existsSync(path)) return { path, text, state: "new" as const };
      const isSame = (await readFile(path, "utf8")) === text;
      return { path, text, state: isSame ? ("same" as const) : ("other" as const) };
    }),
  );
  const others = states.filter(({ state }) => state === "other").map(({ path }) => path);
  if (others.length > 0) {
    throw new Error(
      `nothing written: these files exist with other contents: ${others.join(", ")}; choose another folder, and compare`,
    );
  }
  for (const { path, text } of states.filter(({ state }) => state === "new")) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: "wx" });
  }
  return states.map(({ path, state }) => `${state === "new" ? "written" : "unchanged"}: ${path}`);
}

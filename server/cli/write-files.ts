import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Files as one text: a single one as it is, of several each beneath its name. */
export function joinFiles(files: ReadonlyMap<string, string>): string {
  if (files.size === 1) return [...files.values()].join("");
  return [...files].map(([name, text]) => `# ==> ${name} <==\n${text}`).join("\n");
}

/**
 * Writes files beneath a folder, and says of each what became of it. Throws, and writes none, if one is
 * there already with something else in it: that may be somebody's work.
 */
export async function writeFiles(
  folder: string,
  files: ReadonlyMap<string, string>,
): Promise<string[]> {
  if (folder === "") throw new Error("--write names no folder: write --write DIR");
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
      `nothing is written, for there is something else in ${others.join(", ")}: name another folder, and compare`,
    );
  }
  for (const { path, text } of states.filter(({ state }) => state === "new")) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: "wx" });
  }
  return states.map(({ path, state }) => `${state === "new" ? "written" : "as it was"}: ${path}`);
}

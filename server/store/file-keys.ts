import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";

/** Written and then renamed: a crash may leave one behind. */
const unfinished = ".new";

/** The keys whose name begins with a prefix that ends in a colon: the files below its folder. No folder = no keys. */
export async function keysIn(base: string, prefix = ""): Promise<string[]> {
  const folder = join(base, prefix.replaceAll(":", "/"));
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return [];
      throw error;
    },
  );
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith(unfinished))
    .map(({ parentPath, name }) => relative(base, join(parentPath, name)).replaceAll("/", ":"));
}

import { randomUUID } from "node:crypto";
import { chmod, mkdir, open, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Driver } from "unstorage";
import { keysIn } from "./file-keys.ts";
import { openOwnership, type Ownership } from "./file-owner.ts";

/** Whether only the key of a record matters (`Records.write`): half of its value is as good as all of it. */
function isMark(options: unknown): boolean {
  return typeof options === "object" && options !== null && "isMark" in options;
}

/**
 * unstorage's folder driver with four changes: files are readable by their owner only, that owner is the folder's, a write is
 * atomic (temporary file, then rename), so that a reader or a crash never sees half a record, and the keys below a prefix
 * are read from its folder alone.
 */
export async function openFileDriver(name: "fs" | "fs-lite", base: string): Promise<Driver> {
  let ownership: Ownership;
  try {
    const made = await mkdir(base, { recursive: true });
    ownership = await openOwnership(made === undefined ? base : dirname(made));
    await ownership.giveFolders(made, resolve(base));
    await chmod(base, 0o700); // records are sealed, but other users need not read them either
  } catch (cause) {
    const fix = "choose a folder that doorward's user owns";
    throw new Error(`storage.base: "${base}" cannot be created or set to mode 0700: ${fix}`, {
      cause,
    });
  }
  const { default: create } =
    name === "fs"
      ? await import("unstorage/drivers/fs")
      : await import("unstorage/drivers/fs-lite");
  const driver: Driver = create({ base });
  return {
    ...driver,
    getKeys: (prefix) => keysIn(resolve(base), prefix),
    async setItem(key, value, options) {
      const path = join(resolve(base), key.replaceAll(":", "/"));
      // Not as root, who could follow a link that the folder's owner has put in the place of the file.
      if (isMark(options) && !ownership.isGiven)
        return inFolder(path, ownership, () => writeFile(path, value, { mode: 0o600 }));
      // Another process may write the same record, so the name is unique. No read ever looks for it after a crash.
      const unfinished = `${path}.${randomUUID()}.new`;
      const write = () =>
        ownership.isGiven
          ? writeGiven(unfinished, value, ownership)
          : writeFile(unfinished, value, { flag: "wx", mode: 0o600 }); // one turn in the thread pool
      try {
        await inFolder(path, ownership, write);
        await rename(unfinished, path);
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      }
    },
  };
}

/** Writes a file, and makes its folder if that is missing. */
async function inFolder(
  path: string,
  ownership: Ownership,
  write: () => Promise<void>,
): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    const folder = dirname(path);
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    await ownership.giveFolders(made, folder);
    await write();
  }
}

async function writeGiven(path: string, value: string, ownership: Ownership): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(value);
    await ownership.give(file);
  } finally {
    await file.close();
  }
}

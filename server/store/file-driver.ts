import { randomUUID } from "node:crypto";
import { chmod, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Driver } from "unstorage";

/**
 * unstorage's folder driver with two changes: files are readable by their owner only, and a write is atomic
 * (temporary file, then rename), so that a reader or a crash never sees half a record.
 */
export async function openFileDriver(name: "fs" | "fs-lite", base: string): Promise<Driver> {
  try {
    await mkdir(base, { recursive: true });
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
    async setItem(key, value) {
      const path = join(resolve(base), key.replaceAll(":", "/"));
      // Another process may write the same record, so the name is unique. No read ever looks for it after a crash.
      const unfinished = `${path}.${randomUUID()}.new`;
      const write = () => writeFile(unfinished, value, { mode: 0o600, flag: "wx" });
      try {
        await write().catch(async (error: NodeJS.ErrnoException) => {
          if (error.code !== "ENOENT") throw error;
          await mkdir(dirname(path), { recursive: true, mode: 0o700 });
          await write();
        });
        await rename(unfinished, path);
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      }
    },
  };
}

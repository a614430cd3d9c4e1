import { randomUUID } from "node:crypto";
import { chmod, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Driver } from "unstorage";

/**
 * unstorage's driver of a folder, with two changes: nobody but its owner may read anything there, and a
 * record is there whole or not at all, whoever reads it meanwhile and whenever the machine stops.
 */
export async function openFileDriver(name: "fs" | "fs-lite", base: string): Promise<Driver> {
  try {
    await mkdir(base, { recursive: true });
    await chmod(base, 0o700); // sealed or not, sessions are nobody else's business
  } catch (cause) {
    throw new Error(`storage.base "${base}" is no folder that can be used`, { cause });
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
      // A command may write the same record. What a crash leaves has a name that nobody ever reads.
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

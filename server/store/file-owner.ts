import { constants } from "node:fs";
import { open, stat, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";

export interface Ownership {
  /** Whether files have to be given to another owner at all. */
  readonly isGiven: boolean;
  give(file: FileHandle): Promise<void>;
  /** Folders that were made, from the outermost to the innermost; undefined = none. */
  giveFolders(first: string | undefined, last: string): Promise<void>;
}

/**
 * An operator runs `sessions revoke` and `check` as root, and the service as a user of its own, who could not read what
 * root writes. So root gives all that it writes to the owner of this folder. Only by open files: that owner could put a
 * link to another file in the place of a path.
 */
export async function openOwnership(folder: string): Promise<Ownership> {
  const { uid, gid } = await stat(folder);
  const isGiven = process.geteuid?.() === 0 && uid !== 0;
  const give = async (file: FileHandle) => {
    if (isGiven) await file.chown(uid, gid);
  };
  return {
    isGiven,
    give,
    async giveFolders(first, last) {
      if (!isGiven || first === undefined) return;
      for (let made = last; made.length >= first.length; made = dirname(made)) {
        const opened = await open(made, constants.O_DIRECTORY | constants.O_NOFOLLOW);
        await give(opened).finally(() => opened.close());
      }
    },
  };
}

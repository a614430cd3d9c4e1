import { chown, stat } from "node:fs/promises";
import { dirname } from "node:path";

export interface Ownership {
  giveFile(path: string): Promise<void>;
  /** Folders that were made, from the outermost to the innermost; undefined = none. */
  giveFolders(first: string | undefined, last: string): Promise<void>;
}

/**
 * An operator runs `sessions revoke` and `check` as root, and the service as a user of its own, who could not read what
 * root writes. So root gives all that it writes to the owner of this folder.
 */
export async function openOwnership(folder: string): Promise<Ownership> {
  const { uid, gid } = await stat(folder);
  const isGiven = process.geteuid?.() === 0 && uid !== 0;
  const giveFile = async (path: string) => {
    if (isGiven) await chown(path, uid, gid);
  };
  return {
    giveFile,
    async giveFolders(first, last) {
      if (first === undefined) return;
      for (let made = last; made.length >= first.length; made = dirname(made)) await giveFile(made);
    },
  };
}

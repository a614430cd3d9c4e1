import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { reasonsOf, type Log } from "../observe/log.ts";
import { fileStamp } from "./file-stamp.ts";

/** What is in files that others renew under us, by an editor or by swapping a link. */
export interface ChangingFiles<T> {
  /** As they were when they were opened. */
  readonly first: T;
  /** As the files are now. Those that cannot be used change nothing, and are logged once. */
  current(): Promise<T>;
}

/** Opens files that belong together. Throws what `parse` throws, and what reading does. */
export function openChangingFiles<T>(
  files: readonly string[],
  parse: (...contents: string[]) => T,
  log: Log,
): ChangingFiles<T> {
  const first = parse(...files.map((file) => readFileSync(file, "utf8")));
  let value = first;
  let stamp: string | undefined;
  let looking: Promise<T> | undefined;

  return {
    first,
    current() {
      looking ??= look().finally(() => {
        looking = undefined;
      });
      return looking;
    },
  };

  async function look(): Promise<T> {
    // Before the contents: what changes in between is then seen the next time.
    const found = await Promise.all(files.map(fileStamp)).then(String, reasonsOf);
    if (found === stamp) return value;
    const isFirst = stamp === undefined;
    stamp = found;
    try {
      value = parse(...(await Promise.all(files.map((file) => readFile(file, "utf8")))));
      if (!isFirst) log.info({ files }, "changed files were read anew");
    } catch (error) {
      log.error(
        { files, reason: reasonsOf(error) },
        "changed files are not taken: what they held before still counts",
      );
    }
    return value;
  }
}

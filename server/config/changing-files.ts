import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { reasonsOf, type Log } from "../observe/log.ts";
import { fileStamp } from "./file-stamp.ts";
import { fileText } from "./file-text.ts";

/** The parsed contents of files that may change at any time, by an editor or by swapping a link. */
export interface ChangingFiles<T> {
  /** The contents when the files were opened. */
  readonly first: T;
  /** The current contents. Invalid contents are logged once, and the previous ones stay in use. */
  current(): Promise<T>;
}

/** Opens files that belong together. Throws the errors of `parse` and of reading. */
export function openChangingFiles<T>(
  files: readonly string[],
  parse: (...contents: string[]) => T,
  log: Log,
): ChangingFiles<T> {
  const first = parse(...files.map((file) => fileText(readFileSync(file)).text));
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
    // Before the contents, so that the next look detects a change in between.
    const found = await Promise.all(files.map(fileStamp)).then(String, reasonsOf);
    if (found === stamp) return value;
    const isFirst = stamp === undefined;
    stamp = found;
    try {
      value = parse(
        ...(await Promise.all(files.map((file) => readFile(file)))).map(
          (bytes) => fileText(bytes).text,
        ),
      );
      if (!isFirst) log.info({ files }, "changed files reloaded");
    } catch (error) {
      log.error(
        { files, reason: reasonsOf(error) },
        "changed files rejected; still using the previous contents",
      );
    }
    return value;
  }
}

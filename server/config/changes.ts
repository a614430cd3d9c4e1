import { fileStamp } from "./file-stamp.ts";

/**
 * Whether files are still what was read of them. They are looked at by name, symbolic links followed, for
 * an event of one folder tells nothing of a link swapped further up, a mounted single file or a network's.
 */
export class Changes {
  readonly #files: readonly string[];
  #read = "";
  #seen = "";

  constructor(files: readonly string[]) {
    this.#files = files;
  }

  /** To be called right before the files are read: what comes later is a change. */
  async mark(): Promise<void> {
    this.#read = await this.#stamps();
  }

  /** Whether they changed, and nobody has been at them since the last look: a file may be half written. */
  async look(): Promise<boolean> {
    const found = await this.#stamps();
    const isQuiet = found === this.#seen;
    this.#seen = found;
    return isQuiet && found !== this.#read;
  }

  async #stamps(): Promise<string> {
    const stamps = this.#files.map((file) => fileStamp(file).catch(() => "missing"));
    return (await Promise.all(stamps)).join(" ");
  }
}

import { fileStamp } from "./file-stamp.ts";

/**
 * Detects changed files. It polls by name and follows symbolic links, because file system events miss a link
 * swapped further up, a single mounted file and files on a network.
 */
export class Changes {
  readonly #files: readonly string[];
  #read = "";
  #seen = "";

  constructor(files: readonly string[]) {
    this.#files = files;
  }

  /** Call this right before reading the files: anything later counts as a change. */
  async mark(): Promise<void> {
    this.#read = await this.#stamps();
  }

  /** Whether the files changed and then stayed the same since the last look: a file may be half written. */
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

import { basename, dirname, join, normalize } from "node:path";

/** A file to import. */
export interface ImportFile {
  readonly name: string;
  readonly text: string;
}

/** A problem that stops the import: its place, the fault and the fix. */
export interface Problem {
  readonly place: string;
  readonly message: string;
}

/** What an import may use besides the given files. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The service to import, of several in one file. */
  readonly service: string | undefined;
  /** A file that was not given; undefined = there is none. */
  readFile(path: string): string | undefined;
}

/** The files of the command line. Tracks which ones another file names, because those are not read on their own. */
export class GivenFiles {
  readonly #files: readonly ImportFile[];
  readonly #taken = new Set<ImportFile>();

  constructor(files: readonly ImportFile[]) {
    this.#files = files;
  }

  /** The given file that `owner` means by `path`: at that path, or the only one of that name. */
  take(path: string, owner: string): ImportFile | undefined {
    const others = this.#files.filter(({ name }) => name !== owner);
    const exact = others.find(
      ({ name }) => normalize(name) === normalize(join(dirname(owner), path)),
    );
    const [named, ...more] = others.filter(({ name }) => basename(name) === basename(path));
    const file = exact ?? (more.length === 0 ? named : undefined);
    if (file !== undefined) this.#taken.add(file);
    return file;
  }

  /** Whether another file names it. */
  isTaken(file: ImportFile): boolean {
    return this.#taken.has(file);
  }
}

/** The message about a file that an imported file names, and that was not given. */
export function notGiven(path: string): string {
  return `names the file "${path}", which was not given to the import: add it to the command line (one file of the name "${basename(path)}")`;
}

import type { ImportFile, Problem } from "./given-files.ts";
import type { FilledIn } from "./interpolation.ts";

/** A word of a command line. */
export interface Word {
  readonly text: string;
  readonly place: string;
}

/** A variable of a program's environment. A `FilledIn` is a value that the imported files do not have. */
export interface Variable {
  readonly name: string;
  readonly value: string | FilledIn;
  readonly place: string;
}

/** How a program is started, in whatever form that is written. */
export interface Program {
  /** The name of the service, container or unit. */
  readonly name: string;
  readonly image: string;
  readonly place: string;
  /** One entry for each name: the value that counts. */
  readonly environment: readonly Variable[];
  /** The command line; a first word that is the program itself is among them. */
  readonly words: readonly Word[];
  /** Where the values of a `FilledIn` in the words come from. */
  readonly source: string;
  /** What the operator must know if this program is the one to import. */
  readonly remarks: readonly Remark[];
  /** What stops the import if this program is the one to import. */
  readonly problems: readonly Problem[];
  /** A configuration file at a path that the program sees. */
  fileAt(path: string): ImportFile | undefined;
}

interface Alone {
  readonly programs: readonly Program[];
  /** Texts that are files of options themselves. */
  readonly files: readonly ImportFile[];
}

/** The programs of one form of files. */
export interface Programs {
  readonly programs: readonly Program[];
  readonly problems: readonly Problem[];
  /** What the files say on their own if no program is among all files. */
  readonly alone?: Alone;
}

interface Remark {
  readonly kind: "to do" | "left out";
  readonly subject: string;
  readonly message: string;
}

/** The last value of each variable, as container runtimes take it. */
export function lastOfEach(variables: readonly Variable[]): Variable[] {
  return [...new Map(variables.map((variable) => [variable.name, variable])).values()];
}

export function joinPrograms(all: readonly Programs[]): Programs {
  return {
    programs: all.flatMap(({ programs }) => programs),
    problems: all.flatMap(({ problems }) => problems),
    alone: {
      programs: all.flatMap(({ alone }) => alone?.programs ?? []),
      files: all.flatMap(({ alone }) => alone?.files ?? []),
    },
  };
}

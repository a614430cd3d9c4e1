import type { Problem } from "./formats/given-files.ts";
import type { Program } from "./formats/program.ts";

/** The program to import, or the reason why there is none. */
type Choice = { readonly program: Program } | { readonly problem: Problem };

/** What identifies the programs of a tool. */
export interface Wanted {
  readonly tool: string;
  /** How its programs are recognized, for the message when there is none. */
  readonly signs: string;
  readonly isOne: (program: Program) => boolean;
}

/** The only program of the tool, or the one of the name that `--service` gives. */
export function chooseProgram(
  programs: readonly Program[],
  { tool, signs, isOne }: Wanted,
  service: string | undefined,
  file: string,
): Choice {
  const own = programs.filter(isOne);
  const names = own.map(({ name }) => name).join(", ");
  const none = (message: string): Choice => ({ problem: { place: file, message } });
  if (own.length === 0) return none(`contains no ${tool} service: none has ${signs}`);
  const [program, ...more] = own.filter(({ name }) => service === undefined || name === service);
  if (program === undefined)
    return none(`has no ${tool} service "${service}" (--service): available: ${names}`);
  if (more.length === 0) return { program };
  return none(
    service === undefined
      ? `contains several ${tool} services: import each on its own with --service NAME: ${names}`
      : `contains several ${tool} services "${service}": import one file at a time`,
  );
}

/** The problem of `--service` for files without services. */
export function noServices(file: string): Choice {
  const message = "--service: has no effect, because no file has services: remove it";
  return { problem: { place: file, message } };
}

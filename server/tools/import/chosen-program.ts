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

/** The only program of the tool, or the one of the name that `--service` gives, recognized or not. */
export function chooseProgram(
  programs: readonly Program[],
  { tool, signs, isOne }: Wanted,
  service: string | undefined,
  file: string,
): Choice {
  const own = programs.filter(isOne);
  const none = (message: string): Choice => ({ problem: { place: file, message } });
  const named = service === undefined ? own : programs.filter(({ name }) => name === service);
  const [program, ...more] = named.some(isOne) ? named.filter(isOne) : named;
  if (program !== undefined && more.length === 0) return { program };
  if (program !== undefined)
    return none(
      service === undefined
        ? `contains several ${tool} services: import each on its own with --service NAME: ${namesOf(own)}`
        : `contains several services "${service}": import one file at a time`,
    );
  return none(
    service === undefined
      ? `contains no ${tool} service: none has ${signs}: name the service with --service NAME: ${namesOf(programs)}`
      : `has no service "${service}" (--service): available: ${namesOf(own.length === 0 ? programs : own)}`,
  );
}

function namesOf(programs: readonly Program[]): string {
  return programs.map(({ name }) => name).join(", ");
}

/** The problem of `--service` for files without services. */
export function noServices(file: string): Choice {
  const message = "--service: has no effect, because no file has services: remove it";
  return { problem: { place: file, message } };
}

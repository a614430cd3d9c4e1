import type { LineLevel } from "./line-level.ts";

/** A reason code of the audit events: what it means, and what the operator can do. */
export interface Reason {
  readonly means: string;
  readonly fix: string;
  /** The level and the message of its lines; undefined = those of the event. */
  readonly level?: LineLevel;
  readonly message?: string;
}

/** Checks the reasons, and keeps their codes as a type. */
export function reasonTable<const Code extends string>(
  table: Readonly<Record<Code, Reason>>,
): Readonly<Record<Code, Reason>> {
  return table;
}

export const nothingToDo = "Nothing.";

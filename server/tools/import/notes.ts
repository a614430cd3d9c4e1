/** What the operator must do, what behaves differently, and what was not imported. */
export type NoteKind = "to do" | "different" | "left out";

/** What becomes of an option, for the tables of docs/migrate.md. */
export type Fate = "carried" | "always so" | "narrower" | "the proxy's" | "none";

/** Options without a counterpart, and what to do instead. */
export interface LeftOut {
  readonly names: string;
  readonly fate: Fate;
  readonly kind?: NoteKind;
  readonly message: string;
}

export interface Note {
  readonly kind: NoteKind;
  /** The option, as spelled in the file. */
  readonly subject: string;
  /** The reason, and what to do. */
  readonly message: string;
}

const headings: Readonly<Record<NoteKind, string>> = {
  "to do": "To do:",
  different: "Different from before:",
  "left out": "Left out:",
};

/** The notes as text, the most urgent first. */
export function renderNotes(notes: readonly Note[]): string {
  const kinds: NoteKind[] = ["to do", "different", "left out"];
  const parts = kinds.flatMap((kind) => {
    const lines = notes
      .filter((note) => note.kind === kind)
      .map(({ subject, message }) => `  ${subject}: ${message}`);
    return lines.length === 0 ? [] : [[headings[kind], ...lines].join("\n")];
  });
  return parts.join("\n\n");
}

/** Puts the quoted value of an option in front of a message: `"none": the cookie …`, `"debug" is not used: …`. */
export function withValue(value: string | undefined, message: string): string {
  if (value === undefined) return message;
  return `"${value}"${/^(is|has) /.test(message) ? "" : ":"} ${message}`;
}

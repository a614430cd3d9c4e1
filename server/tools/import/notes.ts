/** What an operator has to do, what is no longer quite as before, and what has no place here. */
export type NoteKind = "to do" | "different" | "left out";

export interface Note {
  readonly kind: NoteKind;
  /** The option, as the file spells it. */
  readonly subject: string;
  /** Why, and what to do. */
  readonly message: string;
}

const headings: Readonly<Record<NoteKind, string>> = {
  "to do": "To do:",
  different: "Different from before:",
  "left out": "Left out:",
};

/** The notes for a person to read, the most urgent first. */
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

/** The rows of a catalogue of attacks: an id, and the property that must hold. */
export type Rows = Readonly<Record<string, string>>;

/** A row about something that doorward does not have. Where a property remains, the row has a case instead. */
export interface NotApplicable {
  readonly row: string;
  readonly why: string;
}

/** A row that a test in another folder already shows, by the file and the title of that test. */
export interface ShownElsewhere {
  readonly row: string;
  readonly file: string;
  readonly test: string;
}

/** Some rows of the catalogue. Every one needs a case, a test elsewhere, or a reason why it does not apply. */
export interface RowList {
  readonly rows: Rows;
  readonly notApplicable: readonly NotApplicable[];
  readonly shownElsewhere: readonly ShownElsewhere[];
}

const ids = String.raw`(?:B\d+\.\d+|C-\d+)`;
const caseName = new RegExp(String.raw`(?:^|> )(${ids}(?:, ${ids})*)(?= |$)`, "g");

/**
 * The rows that a test belongs to. Its title, or that of a `describe` around it, starts with their ids:
 * `B1.1 …`, or `B5.4, C-54 …`.
 */
export function rowsOf(fullName: string): string[] {
  const found = [...fullName.matchAll(caseName)].flatMap(([, list = ""]) => list.split(", "));
  return [...new Set(found)];
}

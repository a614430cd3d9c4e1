/** Hosts as a proxy's file has them: one, or several with spaces, commas or quotes between them. */
export interface WrittenHost {
  readonly line: number;
  readonly written: string;
}

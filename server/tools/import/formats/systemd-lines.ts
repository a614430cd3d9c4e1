import type { ImportFile } from "./given-files.ts";

/** `Key=value` of a section of a unit. */
export interface UnitLine {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  readonly place: string;
}

export function isUnit(text: string): boolean {
  return /^\s*\[(Unit|Service|Install)\]\s*$/m.test(text);
}

/** The lines of a unit. One that ends in `\` continues in the next line that is not a comment. */
export function unitLines({ name, text }: ImportFile): UnitLine[] {
  const lines: UnitLine[] = [];
  let section = "";
  let open: { text: string; place: string } | undefined;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*[#;]/.test(line) || (open === undefined && line.trim() === "")) continue;
    const place: string = open?.place ?? `${name}:${index + 1}`;
    const whole: string = `${open?.text ?? ""}${line.replace(/\\\s*$/, " ")}`;
    open = /\\\s*$/.test(line) ? { text: whole, place } : undefined;
    if (open !== undefined) continue;
    const [, named] = /^\s*\[([^\]]+)\]\s*$/.exec(whole) ?? [];
    section = named ?? section;
    const [, key = "", value = ""] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/s.exec(whole) ?? [];
    if (named === undefined) lines.push({ section, key, value, place });
  }
  return open === undefined
    ? lines
    : [...lines, { section, key: "", value: "", place: open.place }];
}

import { nearest } from "../../config/nearest.ts";
import { goBoolean } from "./go-values.ts";
import type { Note, NoteKind } from "./notes.ts";
import type { Problem, Setting } from "./setting.ts";
import { vouchSettings, vouchVariables, type VouchKind } from "./vouch-names.ts";

/** vouch-proxy's settings. A variable overrides the same setting of a file. */
export class VouchOptions {
  readonly problems: Problem[] = [];
  readonly notes: Note[] = [];
  readonly #byName = new Map<string, Setting>();
  readonly #read = new Set<string>();
  readonly #file: string;

  constructor(settings: readonly Setting[], file: string) {
    this.#file = file;
    for (const setting of settings.toSorted((one, other) => one.rank - other.rank))
      this.#add(setting);
  }

  text(name: string): string | undefined {
    const value = this.#value(name);
    return typeof value === "string" && value !== "" ? value : undefined;
  }

  list(name: string): readonly string[] {
    const value = this.#value(name);
    return Array.isArray(value) ? value.map(String).filter((entry) => entry !== "") : [];
  }

  /** Whether a list has entries, also if all of them are empty. */
  hasEntries(name: string): boolean {
    const value = this.#value(name);
    return Array.isArray(value) && value.length > 0;
  }

  isOn(name: string, usual = false): boolean {
    return (this.#value(name) ?? usual) === true;
  }

  number(name: string): number | undefined {
    const value = this.#value(name);
    return typeof value === "number" ? value : undefined;
  }

  /** The names of the settings that nothing has read. */
  unread(): string[] {
    return [...this.#byName.keys()].filter((name) => !this.#read.has(name));
  }

  /** The value of a setting as text, for notes. */
  shown(name: string): string | undefined {
    const value = this.#byName.get(name)?.value;
    if (/secret|key$/i.test(name) || (typeof value === "object" && !Array.isArray(value)))
      return undefined;
    return Array.isArray(value) ? value.join(", ") : String(value);
  }

  note(kind: NoteKind, name: string, message: string): void {
    this.notes.push({ kind, subject: this.#byName.get(name)?.spelt ?? name, message });
  }

  problem(name: string, message: string): void {
    const { place = this.#file, spelt = name } = this.#byName.get(name) ?? {};
    this.problems.push({ place, message: `${spelt}: ${message}` });
  }

  place(name: string): string {
    return this.#byName.get(name)?.place ?? this.#file;
  }

  #value(name: string): unknown {
    if (!vouchSettings.has(name)) throw new TypeError(`${name} is not in the table of settings`);
    this.#read.add(name);
    return this.#byName.get(name)?.value;
  }

  #add(setting: Setting): void {
    const { name, spelt, place } = setting;
    const fault = (message: string) =>
      void this.problems.push({ place, message: `${spelt}: ${message}` });
    const kind = vouchSettings.get(name);
    if (kind === undefined) return this.#addUnknown(setting, fault);
    if (setting.value === null) return;
    const value = coerced(kind, setting.value);
    if (value === undefined) return fault(`is not ${kindWords[kind]}`);
    const before = this.#byName.get(name);
    if (before?.rank === setting.rank && String(before.value) !== String(value))
      return fault(`contradicts ${before.place}: keep one`);
    this.#byName.set(name, { ...setting, value });
  }

  #addUnknown({ spelt, rank }: Setting, fault: (message: string) => void): void {
    if (spelt === "VOUCH_CONFIG" || spelt === "VOUCH_ROOT")
      return this.note("to do", spelt, "names a file: add config.yml to the command line");
    // Kubernetes adds these for a service called vouch.
    if (/^(VOUCH|OAUTH)_(SERVICE_(HOST|PORT)|PORT_\d+_)/.test(spelt)) return undefined;
    const known = rank === 1 ? vouchVariables : [...vouchSettings.keys()];
    const meant = nearest(spelt, known);
    const hint = meant === undefined ? "" : ` did you mean ${meant}?`;
    return fault(
      `is not a setting of vouch-proxy that doorward knows:${hint} correct or remove it, because vouch-proxy ignores it, or it restricts access in a way that would be lost`,
    );
  }
}

const kindWords: Readonly<Record<VouchKind, string>> = {
  text: "text (put a number in quotes)",
  list: "a list of texts (put numbers in quotes)",
  switch: "true or false",
  number: "a whole number",
  structure: "a mapping",
};

function coerced(kind: VouchKind, value: unknown): unknown {
  switch (kind) {
    case "text":
      return asText(value);
    case "list":
      return asList(value);
    case "switch":
      return goBoolean(value);
    case "number":
      return /^\d{1,9}$/.test(String(value)) ? Number(value) : undefined;
    case "structure":
      return typeof value === "object" ? value : undefined;
  }
}

/** A long number has lost digits when it is read as YAML. */
function asText(value: unknown): string | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) ? String(value) : undefined;
  return typeof value === "string" || typeof value === "boolean" ? String(value) : undefined;
}

/** vouch-proxy splits a text at commas and keeps blanks. */
function asList(value: unknown): readonly string[] | undefined {
  const entries: unknown[] = Array.isArray(value) ? value : (asText(value) ?? "").split(",");
  const texts = entries.map(asText).filter((entry) => entry !== undefined);
  if (texts.length < entries.length || (!Array.isArray(value) && asText(value) === undefined))
    return undefined;
  // vouch-proxy keeps empty entries: a list of them is a list that admits no one.
  return texts;
}

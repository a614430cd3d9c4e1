import { hostOutsideAscii, urlHostOutsideAscii } from "../../values/ascii-host.ts";
import { nearest } from "../../config/nearest.ts";
import { isObject } from "../../config/shape.ts";
import { goBoolean, goSeconds } from "./go-values.ts";
import { ignoredVariable } from "./ignored-variable.ts";
import type { Note, NoteKind } from "./notes.ts";
import { formerNames, options, type OptionKind } from "./oauth2-proxy-options.ts";
import type { Problem, Setting } from "./setting.ts";

const kindWords: Readonly<Record<OptionKind, string>> = {
  text: "text",
  list: "a list of texts",
  switch: "true or false",
  number: "a whole number",
  duration: "a duration such as 168h0m0s",
  structure: "a list",
};

/** All options of the imported files. Tracks which ones were read; the rest are reported as left out. */
export class Settings {
  readonly problems: Problem[] = [];
  readonly notes: Note[] = [];
  readonly #byName = new Map<string, Setting>();
  readonly #read = new Set<string>();

  readonly #file: string;

  /** `file` is the place of problems about missing options. */
  constructor(settings: readonly Setting[], file: string) {
    this.#file = file;
    for (const setting of settings) this.#add(setting);
  }

  text(name: string): string | undefined {
    const value = this.#value(name);
    return value === undefined || value === "" ? undefined : String(value);
  }

  list(name: string): readonly string[] {
    const value = this.#value(name);
    return Array.isArray(value) ? value.map(String) : [];
  }

  isOn(name: string, usual = false): boolean {
    const value = this.#value(name);
    return value === undefined ? usual : goBoolean(value) === true;
  }

  seconds(name: string): number | undefined {
    const value = this.#value(name);
    return value === undefined ? undefined : goSeconds(value);
  }

  structure(name: string): unknown {
    return this.#value(name);
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** Options that were not read. */
  unread(): Setting[] {
    return [...this.#byName.values()].filter(({ name }) => !this.#read.has(name));
  }

  place(name: string): string {
    return this.#byName.get(name)?.place ?? this.#file;
  }

  note(kind: NoteKind, name: string, message: string): void {
    this.#read.add(name);
    this.notes.push({ kind, subject: this.#byName.get(name)?.spelt ?? name, message });
  }

  problem(name: string, message: string): void {
    const { spelt = name } = this.#byName.get(name) ?? {};
    this.problems.push({ place: this.place(name), message: `${spelt}: ${message}` });
  }

  #value(name: string): unknown {
    this.#read.add(name);
    return this.#byName.get(name)?.value;
  }

  #add(written: Setting): void {
    const isVariable = written.rank === 1;
    if (isVariable && written.value === "") return; // as if it were not set
    const name = formerNames.get(written.name) ?? written.name;
    const kind = options.get(name) ?? (name.startsWith("alpha ") ? "structure" : undefined);
    const fault = (message: string) =>
      void this.problems.push({ place: written.place, message: `${written.spelt}: ${message}` });
    const ignored = isVariable ? ignoredVariable(written, name) : undefined;
    if (ignored !== undefined) return void this.notes.push(ignored);
    if (kind === undefined) return fault(unknownOption(written.name));
    if (isFilledIn(written.value)) return this.#addFilledIn(name, written);
    const value = coerced(kind, written.value);
    if (value === undefined) return fault(wrongKind(kind, written.value));
    const outside = hostFault(name, value);
    if (outside !== undefined) return fault(outside);
    if (kind === "list" && !holdsAddresses.test(name)) this.#noteBlanks(written, value);
    this.#join({ ...written, name, value }, fault);
  }

  /** oauth2-proxy keeps the blanks of an entry. Without them, the entry would match what it did not match before. */
  #noteBlanks({ spelt }: Setting, value: unknown): void {
    const entries = [value].flat().filter((entry) => typeof entry === "string");
    const padded = entries.find((entry) => entry !== entry.trim());
    if (padded === undefined) return;
    const message = `${JSON.stringify(padded)} is compared together with the blank at its start or end, as in oauth2-proxy, so it matches hardly anything: remove the blank if it is not intended`;
    this.notes.push({ kind: "different", subject: spelt, message });
  }

  /** The higher rank overrides the lower; lists of the same rank are joined. */
  #join(setting: Setting, fault: (message: string) => void): void {
    const before = this.#byName.get(setting.name);
    if (before === undefined) return void this.#byName.set(setting.name, setting);
    if (before.rank !== setting.rank) {
      const [higher, lower] = before.rank > setting.rank ? [before, setting] : [setting, before];
      this.#byName.set(setting.name, higher);
      const message = `is overridden at ${higher.place} (the command line overrides the environment, which overrides files)`;
      this.notes.push({ kind: "left out", subject: `${lower.spelt} at ${lower.place}`, message });
    } else if (Array.isArray(before.value) && Array.isArray(setting.value)) {
      this.#byName.set(setting.name, { ...before, value: [...before.value, ...setting.value] });
    } else if (before.value !== setting.value) fault(`contradicts ${before.place}: keep one`);
  }

  #addFilledIn(name: string, { spelt, place, value }: Setting): void {
    const step = environmentFor[name];
    if (step === undefined) {
      const message = `${spelt}: contains a variable that only ${originOf(value)} can resolve: import a copy of the file with the value instead`;
      this.problems.push({ place, message });
    } else {
      const message = `its value comes from ${originOf(value)}: ${step}`;
      this.notes.push({ kind: "to do", subject: spelt, message });
    }
  }
}

/** Secrets that should stay out of the file: how to pass them to doorward in its environment. */
const environmentFor: Readonly<Record<string, string>> = {
  client_secret:
    "set DOORWARD_PROVIDERS_…_CLIENT_SECRET (the provider's name in capitals) to the same value",
  cookie_secret: "set DOORWARD_SECRET to a new secret: `doorward secret` prints one",
  redis_password: "set DOORWARD_STORAGE_PASSWORD to the same value",
  redis_sentinel_password: "set DOORWARD_STORAGE_SENTINEL_PASSWORD to the same value",
};

function isFilledIn(value: unknown): boolean {
  return value === null || (typeof value === "object" && "filledIn" in value);
}

/** Where the value of a `FilledIn` comes from. */
function originOf(value: unknown): string {
  return isObject(value) ? String(value.from) : "elsewhere";
}

function unknownOption(written: string): string {
  const meant = nearest(written, [...options.keys()]);
  return meant === undefined
    ? "is not an option of oauth2-proxy that doorward knows: correct or remove it"
    : `is unknown: did you mean ${meant}?`;
}

/** Quotes the value unless its kind may hold a secret. */
function wrongKind(kind: OptionKind, value: unknown): string {
  const isSafe = kind === "switch" || kind === "number" || kind === "duration";
  return `${isSafe ? `${JSON.stringify(value)} ` : ""}is not ${kindWords[kind]}`;
}

function coerced(kind: OptionKind, value: unknown): unknown {
  switch (kind) {
    case "text":
      return ["string", "number", "boolean"].includes(typeof value) ? String(value) : undefined;
    case "list":
      return asList(value);
    case "switch":
      return goBoolean(value);
    case "number":
      return /^\d+$/.test(String(value)) ? Number(value) : undefined;
    case "duration":
      return goSeconds(value) === undefined ? undefined : value;
    case "structure":
      return value;
  }
}

function asList(value: unknown): string[] | undefined {
  if (typeof value === "string") return value.split(",").filter((one) => one !== "");
  if (!Array.isArray(value)) return undefined;
  return value.every((one) => typeof one === "string") ? value : undefined;
}

/** doorward takes international names in ASCII only: converted here, one could match another host than it seems to. */
function hostFault(name: string, value: unknown): string | undefined {
  if (!/(^|_)(domains?|urls?)$/.test(name)) return undefined;
  const texts = [value].flat().filter((text) => typeof text === "string");
  const faulty = texts.find((text) => faultIn(text) !== undefined);
  return faulty && `${holdsAddresses.test(name) ? "" : `"${faulty}" `}${faultIn(faulty)}`;
}

/** Options whose values may contain a password. */
const holdsAddresses = /urls?$|upstreams/;

function faultIn(text: string): string | undefined {
  return text.includes("://") ? urlHostOutsideAscii(text) : hostOutsideAscii(text);
}

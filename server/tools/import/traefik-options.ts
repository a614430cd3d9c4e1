import { nearest } from "../../config/nearest.ts";
import { goBoolean } from "./go-values.ts";
import type { Note, NoteKind } from "./notes.ts";
import type { Problem, Setting } from "./setting.ts";

/** Every option, except those of rules. */
export const traefikOptions: readonly string[] =
  `auth-host client-id client-secret config cookie-domain cookie-domains cookie-name cookie-secret
  cookie-secure csrf-cookie-name default-action default-provider domain header-names insecure-cookie lifetime
  log-format log-level logout-redirect match-whitelist-or-domain port prompt secret trusted-ip-address
  trusted-ip-networks url-path user-id-path whitelist providers.google.client-id providers.google.client-secret
  providers.google.prompt providers.oidc.client-id providers.oidc.client-secret providers.oidc.issuer-url
  providers.oidc.resource providers.generic-oauth.auth-url providers.generic-oauth.client-id
  providers.generic-oauth.client-secret providers.generic-oauth.resource providers.generic-oauth.scope
  providers.generic-oauth.token-style providers.generic-oauth.token-url providers.generic-oauth.user-url`.split(
    /\s+/,
  );

const lists = new Set(["domain", "whitelist", "trusted-ip-address", "trusted-ip-networks"]);

const ruleOption = /^rule\.([^.]+)\.(action|rule|provider|whitelist|domains)$/;

/** All options, which may repeat. As a single value, the one of the highest rank counts. */
export class TraefikOptions {
  readonly problems: Problem[] = [];
  readonly notes: Note[] = [];
  readonly #all: readonly Setting[];
  readonly #file: string;

  constructor(settings: readonly Setting[], file: string) {
    this.#file = file;
    this.#all = settings;
    this.#reportMixed();
    for (const { name, spelt, place, value } of settings) {
      if (value !== null && typeof value === "object")
        this.problems.push({
          place,
          message: `${spelt}: contains a variable that only compose can resolve: import a copy of the file with the value instead`,
        });
      else if (!traefikOptions.includes(name) && !ruleOption.test(name))
        this.problems.push({ place, message: `${spelt}: ${unknownOption(name)}` });
    }
  }

  /** Flags replace both, but of a file and a variable the file counts there, and not the one of the higher rank. */
  #reportMixed(): void {
    for (const [name, all] of Map.groupBy(this.#all, (one) => one.name)) {
      const [inFile, variable, flag] = [0, 1, 2].map((of) => all.find(({ rank }) => rank === of));
      if (lists.has(name) && inFile && variable && flag === undefined)
        this.problem(name, `is also set at ${variable.place}: keep one of the two`);
    }
  }

  text(name: string): string | undefined {
    const [highest] = this.#all
      .filter((one) => one.name === name)
      .toSorted((one, other) => other.rank - one.rank);
    const value =
      highest === undefined || typeof highest.value === "object" ? "" : String(highest.value);
    return value === "" ? undefined : value;
  }

  /**
   * The values of the highest rank, which replace all others. traefik-forward-auth keeps the blanks of an entry, so they
   * are part of it here too.
   */
  list(name: string): string[] {
    const own = this.#all.filter((one) => one.name === name);
    const highest = Math.max(...own.map(({ rank }) => rank));
    return own
      .filter(({ rank }) => rank === highest)
      .flatMap(({ value }) => String(value).split(","))
      .filter((value) => value.trim() !== "");
  }

  has(name: string): boolean {
    return this.#all.some((one) => one.name === name);
  }

  isOn(name: string): boolean {
    return goBoolean(this.text(name) ?? "false") === true;
  }

  /** The names of the rules, in order of appearance. */
  rules(): string[] {
    return [...new Set(this.#all.flatMap(({ name }) => ruleOption.exec(name)?.[1] ?? []))];
  }

  /** A note of an option that several rules use is written once. */
  note(kind: NoteKind, subject: string, message: string): void {
    const isNoted = this.notes.some((one) => one.subject === subject && one.message === message);
    if (!isNoted) this.notes.push({ kind, subject, message });
  }

  problem(name: string, message: string): void {
    const place = this.#all.find((one) => one.name === name)?.place ?? this.#file;
    this.problems.push({ place, message: `${name}: ${message}` });
  }
}

function unknownOption(name: string): string {
  const meant = nearest(name, traefikOptions);
  return meant === undefined
    ? "is not an option of traefik-forward-auth: correct or remove it"
    : `is unknown: did you mean ${meant}?`;
}

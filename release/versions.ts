import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Fault {
  /** The file, with the line if there is one to change. */
  readonly place: string;
  readonly message: string;
}

interface Place {
  readonly file: string;
  readonly name: string;
  /** Its first group is the version. */
  readonly pattern: RegExp;
}

const source: Place = {
  file: "package.json",
  name: "version",
  pattern: /^ {2}"version": "(.*)",$/m,
};

/** Where the version of package.json stands again. */
const copies: readonly Place[] = [
  { ...source, file: "package-lock.json" },
  {
    file: "package-lock.json",
    name: 'packages[""].version',
    pattern: /^ {4}"": \{\n(?: {6}"name": .*\n)? {6}"version": "(.*)",$/m,
  },
  {
    file: "deploy/helm/doorward/Chart.yaml",
    name: "version",
    pattern: /^version: "?([^"\s]*)/m,
  },
  {
    file: "deploy/helm/doorward/Chart.yaml",
    name: "appVersion",
    pattern: /^appVersion: "?([^"\s]*)/m,
  },
  { file: "Dockerfile", name: "ARG VERSION", pattern: /^ARG VERSION=(\S*)/m },
];

const semantic = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;
const heading = /^## (?<title>\S+)(?: - (?<date>.*))?$/m;

/** The version of a checkout, and every place that has another one. */
export function checkVersions(folder: string): { version: string; faults: Fault[] } {
  const read = (file: string) => readFileSync(join(folder, file), "utf8");
  const { version = "", place } = find(source, read(source.file));
  if (!semantic.test(version)) {
    const message = `version is "${version}": set a version such as 1.2.3 or 1.2.3-rc.1`;
    return { version, faults: [{ place, message }] };
  }
  const faults = copies.flatMap((copy): Fault[] => {
    const found = find(copy, read(copy.file));
    if (found.version === version) return [];
    const fix = `set ${version}, the version of package.json`;
    const message =
      found.version === undefined
        ? `${copy.name} is missing: ${fix}`
        : `${copy.name} is "${found.version}": ${fix}`;
    return [{ place: found.place, message }];
  });
  return { version, faults: [...faults, ...changelogFaults(read("CHANGELOG.md"), version)] };
}

function find({ file, pattern }: Place, text: string) {
  const found = pattern.exec(text);
  const [all = "", version] = found ?? [];
  const place = found === null ? file : `${file}:${lineAt(text, found.index + all.length)}`;
  return { version, place };
}

/** The line of a character's index, from 1. */
function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}

/** The newest section is the first one. */
function changelogFaults(text: string, version: string): Fault[] {
  const found = heading.exec(text);
  const { title = "", date } = found?.groups ?? {};
  const place = found === null ? "CHANGELOG.md" : `CHANGELOG.md:${lineAt(text, found.index)}`;
  const fix = `write "## ${version} - YYYY-MM-DD" with the day of the release`;
  if (title !== version)
    return [{ place, message: `the first section is "${title}", not "${version}": ${fix}` }];
  if (date === undefined || !isDate(date))
    return [{ place, message: `the section of ${version} has no date: ${fix}` }];
  return [];
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

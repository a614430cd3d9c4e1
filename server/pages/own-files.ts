import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { ConfigError, type Fault } from "../config/faults.ts";
import { fileText } from "../config/file-text.ts";
import { reasonsOf } from "../observe/log.ts";
import { languages, type Language } from "./languages/languages.ts";
import { readTexts } from "./own-texts.ts";
import type { PageFiles } from "./show-page.ts";
import { pageKinds } from "./page.ts";
import { style } from "./style.ts";
import { styleFaults, templateFaults, type FileFault } from "./template-faults.ts";

/** Takes the contents of one kind of file, and returns everything wrong with them. `stem` is the name without ending. */
type TakeFile = (files: PageFiles, stem: string, source: string) => readonly FileFault[];

const templateNames: readonly string[] = ["page", ...pageKinds];

const takeByEnding: Readonly<Record<string, TakeFile>> = {
  ".html": (files, stem, source) => {
    files.templates.set(stem, source);
    return templateNames.includes(stem) ? templateFaults(source) : [unknownName];
  },
  ".css": (files, stem, source) => {
    files.style = source;
    return stem === "style" ? styleFaults(source) : [unknownName];
  },
  ".yaml": (files, stem, source) => {
    const tag = languageTag(stem);
    if (tag === undefined) return [unknownName];
    const [first, ...others] = files.languages;
    const base = files.languages.find((language) => language.tag === tag);
    const { texts, faults } = readTexts(source, base?.texts);
    const change = (one: Language) => (one === base ? { tag, texts } : one);
    files.languages = [change(first), ...others.map(change), ...(base ? [] : [{ tag, texts }])];
    return faults;
  },
};

/** The tag of a language in its usual spelling; undefined = `Intl` would throw at it, on a visitor's page. */
function languageTag(written: string): string | undefined {
  if (!/^[a-z]{2,3}(-|$)/i.test(written)) return undefined;
  try {
    return Intl.getCanonicalLocales(written)[0];
  } catch {
    return undefined; // a RangeError: no language tag
  }
}

const unknownName: FileFault = {
  message: `is not a file of pages: use ${templateNames.map((name) => `${name}.html`).join(", ")}, style.css, or texts such as de.yaml`,
};

/** Reads an operator's templates, style and texts. Throws a `ConfigError` with every fault of every file. */
export function readOwnFiles(dir: string): PageFiles {
  const files: PageFiles = { templates: new Map(), style, languages };
  const faults = namesIn(dir).flatMap((name): Fault[] => {
    const ending = extname(name);
    const take = takeByEnding[ending] ?? (() => [unknownName]);
    const source = textOf(join(dir, name));
    const found =
      typeof source === "string" ? take(files, name.slice(0, -ending.length), source) : [source];
    return found.map(({ line, message }) => ({
      path: line === undefined ? name : `${name}, line ${line}`,
      message,
    }));
  });
  if (faults.length > 0) throw new ConfigError(dir, faults);
  return files;
}

/** Hidden files are an editor's or, where Kubernetes mounts a ConfigMap, its own. */
function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir).filter((name) => !name.startsWith("."));
  } catch (error) {
    throw new ConfigError("pages.dir", [
      { path: "", message: `cannot be read: ${reasonsOf(error)}` },
    ]);
  }
}

function textOf(path: string): string | FileFault {
  try {
    return fileText(readFileSync(path)).text;
  } catch (error) {
    return { message: `cannot be read: ${reasonsOf(error)}` };
  }
}

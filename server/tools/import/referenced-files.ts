import { notGiven, type GivenFiles, type ImportFile, type Problem } from "./formats/given-files.ts";
import type { Program } from "./formats/program.ts";
import type { Setting } from "./setting.ts";

/** Options whose value is the path of a file that has options itself. */
const configOptions = ["config", "alpha_config"] as const;

/** Options whose value is the path of a file that the import reads for their mapping. */
const listOptions = new Set(["authenticated_emails_file", "htpasswd_file"]);

interface Referenced {
  /** Without the options that name configuration files. */
  readonly settings: readonly Setting[];
  readonly configs: readonly { readonly option: string; readonly file: ImportFile }[];
  /** The texts of other files, by the path that the old program sees. */
  readonly texts: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
}

/** Finds the files that options name. A configuration file that was not given stops the import. */
export function referencedFiles(
  settings: readonly Setting[],
  given: GivenFiles,
  program: Program | undefined,
): Referenced {
  const configs: { option: string; file: ImportFile }[] = [];
  const problems: Problem[] = [];
  const texts = new Map<string, string>();
  const find = (path: string, place: string) =>
    program?.fileAt(path) ?? given.take(path, place.replace(/:\d+$/, ""));
  const others = settings.filter(({ name, spelt, value, place }) => {
    if (typeof value !== "string" || value === "") return true;
    const option = configOptions.find((one) => one === name);
    if (option === undefined && !listOptions.has(name)) return true;
    const file = find(value, place);
    if (option === undefined) {
      if (file !== undefined) texts.set(value, file.text);
      return true;
    }
    if (spelt.startsWith("OAUTH2_PROXY_")) {
      if (file !== undefined) problems.push({ place, message: `${spelt}: ${ofVariable(value)}` });
      return true;
    }
    const isSecond = configs.some((one) => one.option === option && one.file !== file);
    if (file === undefined) problems.push({ place, message: `${spelt}: ${notGiven(value)}` });
    else if (isSecond) problems.push({ place, message: `${spelt}: ${second}` });
    else configs.push({ option, file });
    return false;
  });
  return { settings: others, configs, texts, problems };
}

function ofVariable(path: string): string {
  return `oauth2-proxy ignores this variable, so "${path}" had no effect: import without that file, or name it in a flag`;
}

const second = "names a second configuration file, and oauth2-proxy reads one: keep one";

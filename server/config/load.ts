import { existsSync, readFileSync } from "node:fs";
import { extname } from "node:path";
import { parseJSON, parseTOML, parseYAML } from "confbox";
import * as v from "valibot";
import { reasonsOf } from "../observe/log.ts";
import { crossChecks } from "./cross-checks.ts";
import { overlayEnvironment, secretFiles } from "./environment.ts";
import { ConfigError, type Fault, faultOf, withhold } from "./faults.ts";
import { schema, type Config } from "./schema.ts";
import { isObject } from "./shape.ts";
import { unknownKeys } from "./unknown-keys.ts";

/** The parsers run no code: a configuration is data. */
const parsers: Record<string, (text: string) => unknown> = {
  ".yaml": parseYAML,
  ".yml": parseYAML,
  ".toml": parseTOML,
  ".json": parseStrictJSON,
};

/** Of a key that stands twice JSON takes the last without a word; YAML, of which it is a part, does not. */
function parseStrictJSON(text: string): unknown {
  const value: unknown = parseJSON(text);
  parseYAML(text);
  return value;
}

const usualFiles = ["doorward.yaml", "doorward.yml", "doorward.toml", "doorward.json"];

export interface Source {
  /** undefined = the environment holds everything. */
  readonly file: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The file from `--config`; else `DOORWARD_CONFIG`, else the usual one in this folder, if there is one. */
export function chooseSource(
  named: string | undefined,
  environment: Source["environment"],
): Source {
  const file = named ?? environment.DOORWARD_CONFIG ?? usualFiles.find((name) => existsSync(name));
  return { file, environment };
}

/** Every file that `loadConfig` may read. */
export function filesOf({ file, environment }: Source): string[] {
  return [...(file === undefined ? [] : [file]), ...secretFiles(environment)];
}

/** The configuration, read and checked whole. Throws a `ConfigError` that lists every fault. */
export function loadConfig({ file, environment }: Source): Config {
  if (file === "") {
    throw new ConfigError("--config", [
      { path: "", message: "names no file: write --config doorward.yaml" },
    ]);
  }
  if (file !== undefined) return checkConfig(file, readFile(file), environment);
  return checkConfig("the configuration (no doorward.yaml here, and no --config)", {}, environment);
}

/** Settings as a file holds them, with the environment's over them. `source` is what to call the file. */
export function checkConfig(
  source: string,
  file: Record<string, unknown>,
  environment: Source["environment"],
): Config {
  const { raw, sources, faults, withheld } = overlayEnvironment(schema, file, environment);
  const result = v.safeParse(schema, raw);
  const found = [
    ...faults,
    ...unknownKeys(schema, raw),
    // valibot names only the first unknown key of an object: ours above names them all.
    ...(result.issues ?? []).filter((issue) => issue.expected !== "never").map(faultOf),
  ];
  // How settings fit one another says nothing new about one that is wrong by itself.
  const isFaulty = (path: string) =>
    found.some((fault) => fault.path === path || fault.path.startsWith(`${path}.`));
  found.push(...crossChecks(raw).filter((fault) => !isFaulty(fault.path)));
  if (found.length > 0 || !result.success) {
    throw new ConfigError(
      source,
      found.map(({ path, message }) =>
        nameSource(withoutIndex({ path, message: withhold(message, withheld) }, raw), sources),
      ),
    );
  }
  return result.output;
}

/** Where one value stands for a list of one, its place has no index. */
function withoutIndex(fault: Fault, raw: unknown): Fault {
  const owner = fault.path.replace(/\.0$/, "");
  return typeof valueAt(raw, owner) === "string" ? { ...fault, path: owner } : fault;
}

function valueAt(raw: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((at, key) => {
    if (Array.isArray(at)) return at[Number(key)];
    return isObject(at) ? at[key] : undefined;
  }, raw);
}

function nameSource(fault: Fault, sources: ReadonlyMap<string, string>): Fault {
  const variable = sources.get(fault.path) ?? sources.get(fault.path.replace(/\.\d+$/, ""));
  return variable === undefined ? fault : { ...fault, path: `${variable} (${fault.path})` };
}

/** Where a file cannot be read, and why; never what stands there, for it may be a secret. */
function readingFault(error: unknown): string {
  if (!(error instanceof Error)) return "cannot be read";
  if ("syscall" in error) return reasonsOf(error);
  const [reason = ""] = error.message.split(/[\n"'`]|, "| \(/, 1);
  const [, line, column] =
    /\((\d+):(\d+)\)|line (\d+) column (\d+)/.exec(error.message)?.filter((part) => part) ??
    ("line" in error && "column" in error ? ["", error.line, error.column] : []);
  const place = line === undefined ? "" : ` in line ${line}, column ${column}`;
  return `cannot be read${place}: ${reason.trim()}`;
}

function readFile(file: string): Record<string, unknown> {
  const parse = parsers[extname(file).toLowerCase()];
  const fault = (message: string) => new ConfigError(file, [{ path: "", message }]);
  if (parse === undefined)
    throw fault(`its name says no format: end it with ${Object.keys(parsers).join(", ")}`);
  let value: unknown;
  try {
    value = parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw fault(readingFault(error));
  }
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw fault("holds no settings: write `url: …` and so on");
  return value;
}

import { existsSync, readFileSync } from "node:fs";
import { dirname, extname } from "node:path";
import { parseJSON } from "confbox/json";
import { parseTOML } from "confbox/toml";
import { parseYAML } from "confbox/yaml";
import * as v from "valibot";
import { reasonsOf } from "../observe/log.ts";
import {
  createFindAsWritten,
  createLineOfKey,
  type FindAsWritten,
  type LineOfKey,
} from "./as-written.ts";
import { claimNumberFaults } from "./claim-numbers.ts";
import { crossChecks } from "./cross-checks.ts";
import { fromVariable, overlayEnvironment, secretFiles } from "./environment.ts";
import { ConfigError, type Fault, faultOf, withhold } from "./faults.ts";
import { forwardProxyFaults } from "./forward-proxy.ts";
import { flatKeys } from "./indentation.ts";
import { otherToolsVariable } from "./other-tools.ts";
import { resolvePaths } from "./resolve-paths.ts";
import { schema, type Config } from "./schema.ts";
import { isObject } from "./shape.ts";
import { withStorageFolder } from "./storage-folder.ts";
import { unknownKeys } from "./unknown-keys.ts";

/** None of these parsers runs code from the file. */
const parsers: Record<string, (text: string) => unknown> = {
  ".yaml": parseYAML,
  ".yml": parseYAML,
  ".toml": parseTOML,
  ".json": parseStrictJSON,
};

/** JSON silently takes the last of duplicate keys. YAML, a superset of JSON, rejects them. */
function parseStrictJSON(text: string): unknown {
  const value: unknown = parseJSON(text);
  parseYAML(text);
  return value;
}

const usualFiles = ["doorward.yaml", "doorward.yml", "doorward.toml", "doorward.json"];

export interface Source {
  /** undefined = all settings come from the environment. */
  readonly file: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The file of `--config`, else of `DOORWARD_CONFIG`, else the first usual file in this folder. */
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

/** Reads and checks the configuration. Throws a `ConfigError` that lists every fault. */
export function loadConfig(source: Source): Config {
  return withStorageFolder(readConfig(source), source);
}

function readConfig({ file, environment }: Source): Config {
  if (file === "") {
    throw new ConfigError("--config", [
      { path: "", message: "has no file name: use --config doorward.yaml" },
    ]);
  }
  if (file !== undefined) {
    const { settings, text } = readFile(file);
    return checkConfig(file, settings, environment, text);
  }
  const none = "the configuration (no doorward.yaml in this folder, and no --config)";
  return checkConfig(none, {}, environment);
}

/** Checks a file's settings, overridden by the environment. `source` is the file's name in messages. */
export function checkConfig(
  source: string,
  file: Record<string, unknown>,
  environment: Source["environment"],
  { find, lineOfKey, folder }: Text = noText,
): Config {
  const { raw, sources, faults, withheld } = overlayEnvironment(schema, file, environment);
  const result = v.safeParse(schema, raw);
  const isOfVariable = fromVariable(sources);
  const inFile: FindAsWritten = (keys, value) =>
    isOfVariable(keys) ? undefined : find(keys, value);
  const flat = flatKeys(schema, raw, lineOfKey);
  const found = [
    ...faults,
    ...flat.faults,
    ...forwardProxyFaults(environment),
    ...(result.success ? claimNumberFaults(raw.rules, inFile) : []),
    ...[
      ...unknownKeys(schema, raw),
      // valibot reports only the first unknown key of an object; `unknownKeys` reports all of them.
      ...(result.issues ?? [])
        .filter((issue) => issue.expected !== "never")
        .map((issue) => faultOf(issue, inFile)),
    ].filter((fault) => !flat.explains(fault.path)),
  ];
  // A setting that is wrong by itself needs no second fault.
  const isFaulty = (path: string) =>
    found.some((fault) => fault.path === path || fault.path.startsWith(`${path}.`));
  found.push(...crossChecks(raw).filter((fault) => !isFaulty(fault.path)));
  if (found.length > 0 && Object.keys(file).length === 0)
    found.push(...otherToolsVariable(environment));
  if (found.length > 0 || !result.success) {
    throw new ConfigError(
      source,
      found.map(({ path, message }) =>
        nameSource(withoutIndex({ path, message: withhold(message, withheld) }, raw), sources),
      ),
    );
  }
  resolvePaths(schema, result.output, (keys) => (isOfVariable(keys) ? "" : folder));
  return result.output;
}

/** If a single value stands for a list of one, its path has no index. */
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

/** The place and reason of a reading error, without the text at that place, which may be a secret. */
function readingFault(error: unknown): string {
  if (!(error instanceof Error)) return "cannot be read";
  if ("syscall" in error) return `cannot be read: ${reasonsOf(error)}`;
  const [reason = ""] = error.message.split(/[\n"'`]|, "| \(/, 1);
  const [, line, column] =
    /\((\d+):(\d+)\)|line (\d+) column (\d+)/.exec(error.message)?.filter((part) => part) ??
    ("line" in error && "column" in error ? ["", error.line, error.column] : []);
  const place = line === undefined ? "" : ` at line ${line}, column ${column}`;
  // TOML has numbers of 64 bits only, and a secret of digits is no number.
  const mend = reason.includes("integer value cannot be") ? ": put it in quotes" : "";
  return `cannot be read${place}: ${reason.trim()}${mend}`;
}

interface Read {
  readonly settings: Record<string, unknown>;
  readonly text: Text;
}

/** Where a file is, and where it has its values and keys. */
interface Text {
  /** Where its relative paths start. Empty: in the working directory. */
  readonly folder: string;
  readonly find: FindAsWritten;
  readonly lineOfKey: LineOfKey;
}

const noText: Text = { folder: "", find: () => undefined, lineOfKey: () => undefined };

function readFile(file: string): Read {
  const parse = parsers[extname(file).toLowerCase()];
  const fault = (message: string) => new ConfigError(file, [{ path: "", message }]);
  if (parse === undefined)
    throw fault(
      `has an unknown format: use a name that ends in ${Object.keys(parsers).join(", ")}`,
    );
  let value: unknown;
  let text = "";
  try {
    text = readFileSync(file, "utf8");
    value = parse(text);
  } catch (error) {
    throw fault(readingFault(error));
  }
  const places = {
    folder: dirname(file),
    find: createFindAsWritten(text, parse),
    lineOfKey: createLineOfKey(text, parse),
  };
  if (value === undefined || value === null) return { settings: {}, text: places };
  if (!isObject(value)) throw fault("contains no settings: write a mapping such as `url: …`");
  return { settings: value, text: places };
}

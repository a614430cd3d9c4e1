import type * as v from "valibot";
import type { Fault } from "./faults.ts";
import { nearest } from "./nearest.ts";
import { otherTool } from "./other-tools.ts";
import { readNamedFile } from "./read-named-file.ts";
import { isObject, shapeOf, type Shape } from "./shape.ts";
import { find, variablesOf, type Place } from "./variables.ts";

const prefix = "DOORWARD_";

/** Variables that Kubernetes sets in pods if there is a Service called doorward or doorward-redis. */
function isOfKubernetes(name: string, value: string): boolean {
  return (
    name === "CONFIG" || // the configuration file's name, already read
    /^(tcp|udp):\/\//.test(value) ||
    /^(.*_)?(SERVICE_(HOST|PORT)(_.*)?|PORT_\d+_.*)$/.test(name) ||
    name === "PORT"
  );
}

interface Overlay {
  readonly raw: Record<string, unknown>;
  /** The variable that set a path, so that a fault names the variable to change. */
  readonly sources: ReadonlyMap<string, string>;
  readonly faults: readonly Fault[];
  /** Values from files of variables such as `DOORWARD_SECRET_FILE`: no fault may contain them. */
  readonly withheld: readonly string[];
}

/** The files that variables such as `DOORWARD_SECRET_FILE` name. */
export function secretFiles(environment: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(environment).flatMap(([name, file]) =>
    name.startsWith(prefix) && name.endsWith("_FILE") ? (file ?? []) : [],
  );
}

/** The variables whose values come from files, such as `DOORWARD_SECRET_FILE`, with those files. */
export function namedFiles(
  schema: v.GenericSchema,
  config: Record<string, unknown>,
  environment: Readonly<Record<string, string | undefined>>,
) {
  return Object.entries(environment).flatMap(([variable, file = ""]) => {
    const place = find(schema, variable.slice(prefix.length), config);
    if (!variable.startsWith(prefix) || place?.fromFile !== true) return [];
    const { shape } = place;
    const isOneValue = shape.kind === "leaf" || (shape.kind === "list" && shape.holdsCommas);
    return [{ file, setting: variable, isOneValue }];
  });
}

/** The file's values, overridden by variables such as `DOORWARD_COOKIE_DOMAIN` and `DOORWARD_SECRET_FILE`. */
export function overlayEnvironment(
  schema: v.GenericSchema,
  file: Record<string, unknown>,
  environment: Readonly<Record<string, string | undefined>>,
): Overlay {
  const raw = structuredClone(file);
  const sources = new Map<string, string>();
  const faults: Fault[] = [];
  const withheld: string[] = [];
  for (const [variable, value] of Object.entries(environment)) {
    const name = variable.slice(prefix.length);
    if (!variable.startsWith(prefix) || value === undefined || isOfKubernetes(name, value))
      continue;
    const place = find(schema, name, raw);
    if (place === undefined) {
      const meant = nearest(name, variablesOf(schema, raw));
      const fault =
        meant === undefined
          ? (otherTool(name.toLowerCase()) ?? "is unknown: no setting has this name")
          : `is unknown: did you mean ${prefix}${meant}?`;
      faults.push({ path: variable, message: fault });
    } else if (sources.has(place.path.join("."))) {
      faults.push({
        path: variable,
        message: `sets the same setting as ${sources.get(place.path.join("."))}: keep one`,
      });
    } else {
      const given = readPlace(value, place);
      if ("fault" in given) faults.push({ path: variable, message: given.fault });
      else setAt(raw, place.path, given.value);
      if ("value" in given && place.fromFile) withheld.push(...textsIn(given.value));
      sources.set(place.path.join("."), variable);
    }
  }
  return { raw, sources, faults, withheld };
}

/** Whether a variable sets the value at these keys. The file may have the same one. */
export function fromVariable(sources: Overlay["sources"]) {
  return (keys: readonly unknown[]): boolean => {
    const path = `${keys.join(".")}.`;
    return [...sources.keys()].some((source) => path.startsWith(`${source}.`));
  };
}

function readPlace(value: string, { shape, fromFile }: Place): Read {
  if (!fromFile) return read(value, shape);
  const file = readNamedFile(value);
  return "fault" in file ? file : read(file.text, shape);
}

type Read = { readonly value: unknown } | { readonly fault: string };

/** A value that cannot be read as its type stays text; the schema then reports the expected type. */
function read(text: string, shape: Shape): Read {
  if (shape.kind === "leaf") return { value: readLeaf(text, shape.type) };
  // Some settings are `true` or a group, such as `listen.https`.
  if (shape.kind === "object" && /^(true|false)$/.test(text)) return { value: text === "true" };
  const isListOfLeaves = shape.kind === "list" && shapeOf(shape.item).kind === "leaf";
  // An entry may begin with a bracket, such as `[::1]:6379`.
  const json = isListOfLeaves ? /^\s*\[\s*["\]]/ : /^\s*[[{]/;
  if (json.test(text)) return readJson(text);
  if (!isListOfLeaves || shape.holdsCommas) return { value: text };
  const entries = text.split(",").map((entry) => entry.trim());
  return { value: entries.filter((entry) => entry !== "") };
}

function readLeaf(text: string, type: Extract<Shape, { kind: "leaf" }>["type"]): unknown {
  if (type === "boolean") return text === "true" || (text === "false" ? false : text);
  if (type === "number") return /^\d+$/.test(text) ? Number(text) : text;
  if (type !== "anything" || !/^\s*[[{]/.test(text)) return text;
  const parsed = readJson(text);
  return "value" in parsed ? parsed.value : text;
}

function readJson(text: string): Read {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { fault: "is not valid JSON" }; // the parser's own message quotes the text
  }
}

/** Every text from a file's value that a fault could contain. */
function textsIn(value: unknown): string[] {
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(textsIn);
  return [String(value)];
}

function setAt(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [head = "", ...rest] = path;
  if (rest.length === 0) return setOwn(target, head, value);
  const child = Object.hasOwn(target, head) ? target[head] : undefined;
  const next = isObject(child) ? child : {};
  setOwn(target, head, next);
  setAt(next, rest, value);
}

/** An assignment to `__proto__` has no effect, so its fault as a reserved name would go missing. */
function setOwn(target: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(target, name, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}

import { readFileSync } from "node:fs";
import type * as v from "valibot";
import { reasonsOf } from "../observe/log.ts";
import type { Fault } from "./faults.ts";
import { nearest } from "./nearest.ts";
import { isObject, shapeOf, type Shape } from "./shape.ts";

const prefix = "DOORWARD_";

/** Kubernetes sets such in every pod beside a Service called doorward, or doorward-redis; they are not for us. */
function isOfKubernetes(name: string, value: string): boolean {
  return (
    name === "CONFIG" || // the file's own name, read before
    /^(tcp|udp):\/\//.test(value) ||
    /^(.*_)?(SERVICE_(HOST|PORT)(_.*)?|PORT_\d+_.*)$/.test(name) ||
    name === "PORT"
  );
}

export interface Overlay {
  readonly raw: Record<string, unknown>;
  /** The variable that a path came from, so that a fault names the line to change. */
  readonly sources: ReadonlyMap<string, string>;
  readonly faults: readonly Fault[];
}

/** The files that variables such as `DOORWARD_SECRET_FILE` name. */
export function secretFiles(environment: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(environment).flatMap(([name, file]) =>
    name.startsWith(prefix) && name.endsWith("_FILE") ? (file ?? []) : [],
  );
}

/** The file's values with the environment's laid over them: `DOORWARD_COOKIE_DOMAIN`, `DOORWARD_SECRET_FILE`. */
export function overlayEnvironment(
  schema: v.GenericSchema,
  file: Record<string, unknown>,
  environment: Readonly<Record<string, string | undefined>>,
): Overlay {
  const raw = structuredClone(file);
  const sources = new Map<string, string>();
  const faults: Fault[] = [];
  for (const [variable, value] of Object.entries(environment)) {
    const name = variable.slice(prefix.length);
    if (!variable.startsWith(prefix) || value === undefined || isOfKubernetes(name, value))
      continue;
    const place = find(schema, name, raw);
    if (place === undefined) {
      const meant = nearest(name, variablesOf(schema, raw));
      const hint =
        meant === undefined ? "no setting has this name" : `did you mean ${prefix}${meant}?`;
      faults.push({ path: variable, message: `is unknown: ${hint}` });
    } else if (sources.has(place.path.join("."))) {
      faults.push({
        path: variable,
        message: `sets what ${sources.get(place.path.join("."))} sets too: keep one`,
      });
    } else {
      const text = place.fromFile ? readSecretFile(value) : { text: value };
      if ("fault" in text) faults.push({ path: variable, message: text.fault });
      else setAt(raw, place.path, read(text.text, place.shape));
      sources.set(place.path.join("."), variable);
    }
  }
  return { raw, sources, faults };
}

interface Place {
  readonly path: readonly string[];
  readonly shape: Shape;
  readonly fromFile: boolean;
}

function find(
  schema: v.GenericSchema,
  name: string,
  raw: Record<string, unknown>,
): Place | undefined {
  const direct = locate(schema, name, raw);
  if (direct !== undefined) return { ...direct, fromFile: false };
  const base = name.endsWith("_FILE")
    ? locate(schema, name.slice(0, -"_FILE".length), raw)
    : undefined;
  return base && { ...base, fromFile: true };
}

/** Where in the schema a variable's name points. A record's own names may hold underscores too. */
function locate(
  schema: v.GenericSchema,
  name: string,
  raw: unknown,
): { path: string[]; shape: Shape } | undefined {
  const shape = shapeOf(schema);
  if (name === "") return { path: [], shape };
  if (shape.kind === "leaf" || shape.kind === "list") return undefined;
  const heads =
    shape.kind === "object" ? Object.keys(shape.entries) : recordHeads(shape, name, raw);
  for (const head of heads) {
    const spelt = variableName(head);
    if (name !== spelt && !name.startsWith(`${spelt}_`)) continue;
    const child = shape.kind === "object" ? shape.entries[head] : shape.value;
    const below = isObject(raw) ? raw[head] : undefined;
    const rest = child && locate(child, name.slice(spelt.length + 1), below);
    if (rest !== undefined) return { path: [head, ...rest.path], shape: rest.shape };
  }
  const isOpen = shape.kind === "object" && shape.isOpen && !name.endsWith("_FILE");
  return isOpen ? { path: [camelCase(name)], shape: { kind: "leaf", type: "text" } } : undefined;
}

/** The names that stand in the file already, then every way to cut the variable's name. */
function recordHeads(
  { value, names }: Extract<Shape, { kind: "record" }>,
  name: string,
  raw: unknown,
): readonly string[] {
  if (names.length > 0) return names;
  const existing = isObject(raw) ? Object.keys(raw) : [];
  const words = name.split("_");
  if (shapeOf(value).kind !== "object") return [...existing, ...spellings(words)];
  const cuts = words.slice(1).map((_, index) =>
    words
      .slice(0, index + 1)
      .join("-")
      .toLowerCase(),
  );
  return [...existing, ...cuts];
}

/** `X_AUTH_REQUEST_EMAIL` is a header, `LOGIN_HINT` a parameter: the record's own check picks. */
function spellings(words: readonly string[]): string[] {
  const header = words.map((word) => word.slice(0, 1) + word.slice(1).toLowerCase()).join("-");
  const parameter = words.join("_").toLowerCase();
  return words[0] === "X" || words.length === 1 ? [header, parameter] : [parameter, header];
}

/** The variables that there are, without the prefix: for "did you mean". */
function variablesOf(schema: v.GenericSchema, raw: unknown): string[] {
  const shape = shapeOf(schema);
  if (shape.kind === "leaf" || shape.kind === "list") return [""];
  const names =
    shape.kind === "object"
      ? Object.keys(shape.entries)
      : [...shape.names, ...(isObject(raw) ? Object.keys(raw) : [])];
  return names.flatMap((name) => {
    const child = shape.kind === "object" ? shape.entries[name] : shape.value;
    const below = child ? variablesOf(child, isObject(raw) ? raw[name] : undefined) : [];
    return below.map((rest) => variableName(name) + (rest === "" ? "" : `_${rest}`));
  });
}

/** `clientId` is CLIENT_ID, `entra-id` is ENTRA_ID. */
function variableName(key: string): string {
  return key
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replaceAll("-", "_")
    .toUpperCase();
}

/** `CONNECTION_STRING` is connectionString. */
function camelCase(variable: string): string {
  return variable.toLowerCase().replace(/_(.)/g, (_, first: string) => first.toUpperCase());
}

/** A value that cannot be read as its type stays text, and the schema says what it should be. */
function read(text: string, shape: Shape): unknown {
  if (/^\s*[[{]/.test(text)) {
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }
  if (shape.kind === "list" && shapeOf(shape.item).kind === "leaf") {
    const entries = text.split(",").map((entry) => entry.trim());
    return entries.filter((entry) => entry !== "");
  }
  if (shape.kind !== "leaf" || shape.type === "text") return text;
  if (shape.type === "boolean") return text === "true" || (text === "false" ? false : text);
  return /^\d+$/.test(text) ? Number(text) : text;
}

function readSecretFile(path: string): { text: string } | { fault: string } {
  try {
    return { text: readFileSync(path, "utf8").replace(/\r?\n$/, "") };
  } catch (error) {
    return { fault: `names a file that cannot be read: ${reasonsOf(error)}` };
  }
}

function setAt(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [head = "", ...rest] = path;
  if (rest.length === 0) {
    target[head] = value;
    return;
  }
  const child = target[head];
  const next = isObject(child) ? child : {};
  target[head] = next;
  setAt(next, rest, value);
}

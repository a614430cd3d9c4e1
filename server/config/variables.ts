import type * as v from "valibot";
import { isObject, shapeOf, type Shape } from "./shape.ts";

/** The setting that a variable sets, and whether the variable contains the path of a file with the value. */
export interface Place {
  readonly path: readonly string[];
  readonly shape: Shape;
  readonly fromFile: boolean;
}

/** Finds the setting of a variable's name without the prefix: `COOKIE_DOMAIN`, `SECRET_FILE`. */
export function find(
  schema: v.GenericSchema,
  name: string,
  raw: Record<string, unknown>,
): Place | undefined {
  const direct = locate(schema, name, raw);
  if (direct !== undefined) return { ...direct, fromFile: false };
  const base = name.endsWith("_FILE")
    ? locate(schema, name.slice(0, -"_FILE".length), raw)
    : undefined;
  // If the setting is itself a path, the variable sets that path.
  return base && { ...base, fromFile: !isPath(base.shape) };
}

function isPath(shape: Shape): boolean {
  return shape.kind === "leaf" && shape.type === "path";
}

/** The place of a variable's name in the schema. A record's own names may contain underscores too. */
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
  return isOpen
    ? { path: [camelCase(name)], shape: { kind: "leaf", type: "anything", mayBePath: false } }
    : undefined;
}

/** The names that are already in the file, then every way to split the variable's name. */
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

/** `X_AUTH_REQUEST_EMAIL` is a header, `LOGIN_HINT` a parameter: the record's own check decides. */
function spellings(words: readonly string[]): string[] {
  const header = words.map((word) => word.slice(0, 1) + word.slice(1).toLowerCase()).join("-");
  const parameter = words.join("_").toLowerCase();
  return words[0] === "X" || words.length === 1 ? [header, parameter] : [parameter, header];
}

/** All known variables without the prefix, for "did you mean". */
export function variablesOf(schema: v.GenericSchema, raw: unknown): string[] {
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
export function variableName(key: string): string {
  return key
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replaceAll("-", "_")
    .toUpperCase();
}

/** `CONNECTION_STRING` is connectionString. */
function camelCase(variable: string): string {
  return variable.toLowerCase().replace(/_(.)/g, (_, first: string) => first.toUpperCase());
}

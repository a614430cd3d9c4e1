import { resolve } from "node:path";
import type * as v from "valibot";
import { isObject, shapeOf } from "./shape.ts";

/**
 * A file's settings with absolute paths. A relative path starts at the folder of the file that contains it, so that every
 * command reads the same files from any working directory.
 */
export function resolvePaths(
  schema: v.GenericSchema,
  settings: Record<string, unknown>,
  folder: string,
): Record<string, unknown> {
  const shape = shapeOf(schema, settings);
  const entries = Object.entries(settings).map(([name, child]) => {
    const below = shape.kind === "record" ? shape.value : ownEntry(shape, name);
    return [name, below === undefined ? child : resolved(below, child, folder)];
  });
  return Object.fromEntries(entries);
}

function resolved(schema: v.GenericSchema, value: unknown, folder: string): unknown {
  const shape = shapeOf(schema, value);
  if (shape.kind === "leaf") {
    const isText = shape.mayBePath && typeof value === "string";
    return isText && isPath(value) ? resolve(folder, value) : value;
  }
  if (shape.kind === "list")
    return Array.isArray(value) ? value.map((one) => resolved(shape.item, one, folder)) : value;
  return isGroup(value) ? resolvePaths(schema, value, folder) : value;
}

/** Neither contents, nor a data URL, nor what the schema refuses. */
function isPath(written: string): boolean {
  return !/[\n{]|-----|^\s*$|^[a-z][a-z0-9+.-]+:/i.test(written);
}

/** Not a date, which YAML and TOML read as such. */
function isGroup(value: unknown): value is Record<string, unknown> {
  return isObject(value) && !(value instanceof Date);
}

function ownEntry(shape: ReturnType<typeof shapeOf>, name: string): v.GenericSchema | undefined {
  const isNamed = shape.kind === "object" && Object.hasOwn(shape.entries, name);
  return isNamed ? shape.entries[name] : undefined;
}

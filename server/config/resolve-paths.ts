import { resolve } from "node:path";
import type * as v from "valibot";
import { shapeOf, type Shape } from "./shape.ts";

/**
 * Makes every path of a checked configuration absolute, in place: every command then reads the same files from any working
 * directory. `folderOf` returns where the path at these keys starts.
 */
export function resolvePaths(
  schema: v.GenericSchema,
  settings: unknown,
  folderOf: (keys: readonly string[]) => string,
  keys: readonly string[] = [],
): void {
  const shape = shapeOf(schema, settings);
  if (!isGroup(settings)) return;
  for (const [name, value] of Object.entries(settings)) {
    const below = schemaOf(shape, name);
    if (below === undefined) continue;
    const at = [...keys, name];
    if (typeof value !== "string") resolvePaths(below, value, folderOf, at);
    else if (isPath(shapeOf(below, value), value)) settings[name] = resolve(folderOf(at), value);
  }
}

/** An object or a list. */
function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function schemaOf(shape: Shape, name: string): v.GenericSchema | undefined {
  if (shape.kind === "leaf") return undefined;
  if (shape.kind === "list") return shape.item;
  if (shape.kind === "record") return shape.value;
  return Object.hasOwn(shape.entries, name) ? shape.entries[name] : undefined;
}

/** Not PEM as it is, and no data URL. */
function isPath(shape: Shape, written: string): boolean {
  if (shape.kind !== "leaf") return false;
  return shape.type === "path" || (shape.mayBePath && !/-----BEGIN|^data:/i.test(written));
}

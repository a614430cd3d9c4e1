import type * as v from "valibot";
import type { Fault } from "./faults.ts";
import { nearest } from "./nearest.ts";
import { otherTool } from "./other-tools.ts";
import { isObject, shapeOf } from "./shape.ts";

/** Every key that is not in the schema. Ignoring a misspelt restriction would let requests pass. */
export function unknownKeys(
  schema: v.GenericSchema,
  value: unknown,
  path: readonly string[] = [],
): Fault[] {
  const shape = shapeOf(schema, value);
  if (shape.kind === "list" && Array.isArray(value)) {
    return value.flatMap((item, index) => unknownKeys(shape.item, item, [...path, String(index)]));
  }
  if (shape.kind === "leaf" || shape.kind === "list") return [];
  if (Array.isArray(value))
    return [{ path: path.join("."), message: "is a list, not a mapping of settings" }];
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    // valibot skips these names, and with them the restriction that they might be.
    if (isReserved(key))
      return [{ path: [...path, key].join("."), message: "is a reserved name: use another name" }];
    if (shape.kind === "record") return unknownKeys(shape.value, child, [...path, key]);
    const known = Object.hasOwn(shape.entries, key) ? shape.entries[key] : undefined;
    if (known !== undefined) return unknownKeys(known, child, [...path, key]);
    if (shape.isOpen) return [];
    const isTop = path.length === 0;
    const message = unknown(key, Object.keys(shape.entries), isTop ? otherTool(key) : undefined);
    return [{ path: [...path, key].join("."), message }];
  });
}

function isReserved(key: string): boolean {
  return key === "__proto__" || key === "prototype" || key === "constructor";
}

/** "Did you mean …?", or another hint, or all known names. */
export function unknown(key: string, known: readonly string[], hint?: string): string {
  const meant = nearest(key, known);
  if (meant !== undefined) return `is unknown: did you mean ${meant}?`;
  return hint ?? `is unknown; available: ${known.join(", ")}`;
}

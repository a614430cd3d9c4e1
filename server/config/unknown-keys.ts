import type * as v from "valibot";
import type { Fault } from "./faults.ts";
import { nearest } from "./nearest.ts";
import { isObject, shapeOf } from "./shape.ts";

/** Every key that the schema does not know. A misspelt restriction must never go unnoticed. */
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
    return [{ path: path.join("."), message: "is a list where settings belong" }];
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    // valibot passes over these names, and with them over whatever they were to restrict.
    if (isReserved(key))
      return [{ path: [...path, key].join("."), message: "cannot be a name here" }];
    if (shape.kind === "record") return unknownKeys(shape.value, child, [...path, key]);
    const known = Object.hasOwn(shape.entries, key) ? shape.entries[key] : undefined;
    if (known !== undefined) return unknownKeys(known, child, [...path, key]);
    if (shape.isOpen) return [];
    return [{ path: [...path, key].join("."), message: unknown(key, Object.keys(shape.entries)) }];
  });
}

function isReserved(key: string): boolean {
  return key === "__proto__" || key === "prototype" || key === "constructor";
}

/** "Did you mean …?", or what there is to choose from. */
export function unknown(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  return `is unknown: ${meant === undefined ? `there are ${known.join(", ")}` : `did you mean ${meant}?`}`;
}

import * as v from "valibot";

type Schema = v.GenericSchema;

/** One node of the schema: the keys of an object, or the values of a record or list. */
export type Shape =
  | {
      readonly kind: "object";
      readonly entries: Readonly<Record<string, Schema>>;
      /** Whether other keys are allowed and kept unchanged. */
      readonly isOpen: boolean;
    }
  | { readonly kind: "record"; readonly value: Schema; readonly names: readonly string[] }
  | {
      readonly kind: "list";
      readonly item: Schema;
      /** Whether a text is not split at commas, because it may be a secret. */
      readonly holdsCommas: boolean;
    }
  | {
      readonly kind: "leaf";
      readonly type: "number" | "boolean" | "text" | "path" | "anything";
      /** Whether its text is a path, or may be one instead of contents. */
      readonly mayBePath: boolean;
    };

/** Reads valibot's schema alone, so that a new option is declared in one place only. */
export function shapeOf(schema: Schema, value?: unknown): Shape {
  if (isWrapped(schema)) return shapeOf(schema.wrapped, value);
  if (isLazy(schema)) return shapeOf(schema.getter(value), value);
  if ("entries" in schema) {
    const entries = schema.entries as Record<string, Schema>;
    return { kind: "object", entries, isOpen: schema.type === "object_with_rest" };
  }
  if (schema.type === "record" && "value" in schema) {
    return { kind: "record", value: schema.value as Schema, names: namesOf(schema) };
  }
  const { isPath, mayBePath, holdsCommas } = v.parse(notes, v.getMetadata(schema));
  const list = [schema, ...alternatives(schema)].find(isList);
  if (list !== undefined) return { kind: "list", item: list.item, holdsCommas };
  const type = isSwitch(schema) ? "boolean" : leafTypes[schema.type];
  return { kind: "leaf", type: isPath ? "path" : (type ?? "text"), mayBePath: isPath || mayBePath };
}

/** A union of on, off and single words. */
function isSwitch(schema: Schema): boolean {
  const types = alternatives(schema).map(({ type }) => type);
  return (
    types.includes("boolean") && types.every((type) => type === "boolean" || type === "literal")
  );
}

/** A schema's `v.metadata`. */
const notes = v.object({
  isPath: v.optional(v.boolean(), false),
  mayBePath: v.optional(v.boolean(), false),
  holdsCommas: v.optional(v.boolean(), false),
});

/** A union of one value and a list counts as a list. */
function alternatives(schema: Schema): Schema[] {
  return schema.type === "union" && "options" in schema ? (schema.options as Schema[]) : [];
}

function isList(schema: Schema): schema is Schema & { item: Schema } {
  return schema.type === "array" && "item" in schema;
}

/** The names that a record allows; empty = any. */
function namesOf(schema: Schema): readonly string[] {
  const key = "key" in schema ? schema.key : undefined;
  const options = isObject(key) ? key.options : undefined;
  return Array.isArray(options) ? options.filter((option) => typeof option === "string") : [];
}

const leafTypes: Record<string, "number" | "boolean"> = { number: "number", boolean: "boolean" };

function isLazy(schema: Schema): schema is Schema & { getter: (value: unknown) => Schema } {
  return schema.type === "lazy" && "getter" in schema;
}

function isWrapped(schema: Schema): schema is Schema & { wrapped: Schema } {
  return schema.type === "optional" && "wrapped" in schema;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

import { toJsonSchema, type ConversionConfig, type JsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";

type Schema = v.GenericSchema;

/**
 * A JSON Schema of what valibot's schema accepts as input. It never refuses what valibot accepts: a check that JSON
 * Schema cannot express is left out.
 */
export function convert(schema: Schema): JsonSchema {
  const { $schema: _, $defs: __, ...converted } = toJsonSchema(schema, conversion);
  return converted;
}

const conversion: ConversionConfig = {
  target: "draft-07",
  typeMode: "input",
  // Anything else that cannot be converted throws, so that a new kind of check is not lost unnoticed.
  ignoreActions: ["check", "raw_check", "finite", "to_lower_case"],
  overrideAction({ valibotAction, jsonSchema }) {
    if (valibotAction.type !== "metadata") return undefined;
    // These are for reading a configuration.
    const own = new Set(["isPath", "mayBePath", "holdsCommas"]);
    const others = Object.entries(jsonSchema).filter(([name]) => !own.has(name));
    const { anyOf, ...rest } = Object.fromEntries(others);
    // Metadata with a type replaces the alternatives, which are there for better messages only.
    return rest.type === undefined && anyOf !== undefined ? { ...rest, anyOf } : rest;
  },
  overrideSchema({ valibotSchema, jsonSchema }) {
    if (isLazy(valibotSchema)) return alternatives(valibotSchema);
    if (hasEntries(valibotSchema)) return withLists(valibotSchema.entries, jsonSchema);
    return valibotSchema.type === "record" ? withNames(jsonSchema) : undefined;
  },
};

/**
 * Values of every type, for schemas that depend on the type of the value. Of alternatives that all fail, editors explain
 * the first one, so the simple ones come first.
 */
const samples: readonly unknown[] = ["", true, 0, {}];

function alternatives({ getter }: Lazy): JsonSchema {
  const found = samples.map((sample) => convert(getter(sample)));
  return { anyOf: [...new Map(found.map((one) => [JSON.stringify(one), one])).values()] };
}

/** One value or a list: valibot reads it as such, makes a list of it, and checks the entries only then. */
function withLists(entries: Readonly<Record<string, Schema>>, object: JsonSchema): JsonSchema {
  const properties = Object.entries(object.properties ?? {}).map(([key, converted]) => {
    const list = listIn(entries[key]);
    if (list === undefined || typeof converted !== "object") return [key, converted];
    const { anyOf: _, ...rest } = converted;
    const items = convert(list.item);
    return [key, { anyOf: [items, { type: "array", items, ...list.limits }], ...rest }];
  });
  return { ...object, properties: Object.fromEntries(properties) };
}

function listIn(schema: Schema | undefined) {
  if (schema === undefined) return undefined;
  if ("wrapped" in schema) return listIn(schema.wrapped as Schema);
  const [first, ...others] = stepsOf(schema);
  const list = others.find((step) => step.type === "array");
  if (first?.type !== "union" || list === undefined) return undefined;
  const limitOf = (type: string) => others.find((step) => step.type === type)?.requirement;
  const [minItems, maxItems] = [limitOf("min_length"), limitOf("max_length")];
  return {
    item: list.item as Schema,
    limits: {
      ...(minItems !== undefined && { minItems }),
      ...(maxItems !== undefined && { maxItems }),
    },
  };
}

/** The steps of a pipe, those of pipes in it too. */
function stepsOf(step: object): Readonly<Record<string, unknown>>[] {
  if (!("pipe" in step)) return [step as Record<string, unknown>];
  return (step.pipe as object[]).flatMap(stepsOf);
}

/** Editors complete the names of properties, and not those in `propertyNames`. */
function withNames(record: JsonSchema): JsonSchema {
  const { propertyNames, additionalProperties, ...rest } = record;
  const names = typeof propertyNames === "object" ? propertyNames.enum : undefined;
  if (names === undefined || additionalProperties === undefined) return record;
  const properties = names.map((name) => [name, additionalProperties]);
  return { ...rest, properties: Object.fromEntries(properties), additionalProperties: false };
}

type Lazy = Schema & { getter: (value: unknown) => Schema };

function isLazy(schema: object): schema is Lazy {
  return "getter" in schema;
}

function hasEntries(schema: object): schema is { entries: Record<string, Schema> } {
  return "entries" in schema;
}

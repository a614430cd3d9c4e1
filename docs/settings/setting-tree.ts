import type { JsonSchema } from "@valibot/to-json-schema";

type Child = JsonSchema | boolean;

/** A part of a JSON Schema. Its path has `NAME` for any name, and `[]` for each entry of a list. */
interface Part {
  readonly schema: JsonSchema;
  readonly path: string;
  /** It is the whole schema of a key, not one of several alternatives or an entry of a list. */
  readonly isKey: boolean;
}

/** A copy with each part changed, the inner ones first. */
export function eachPart(
  schema: JsonSchema,
  change: (part: Part) => JsonSchema,
  path = "",
  isKey = false,
): JsonSchema {
  const inside = (child: Child, at: string, isOfKey = false) =>
    typeof child === "object" ? eachPart(child, change, at, isOfKey) : child;
  const { properties, additionalProperties, items, anyOf } = schema;
  const copy = {
    ...schema,
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([key, child]) => [
          key,
          inside(child, join(path, key), true),
        ]),
      ),
    }),
    ...(additionalProperties !== undefined && {
      additionalProperties: inside(additionalProperties, join(path, "NAME")),
    }),
    ...(typeof items === "object" &&
      !Array.isArray(items) && { items: inside(items, `${path}[]`) }),
    ...(anyOf && { anyOf: anyOf.map((child) => inside(child, path)) }),
  };
  return change({ schema: copy, path, isKey });
}

/** A key of the configuration. */
export interface Key {
  readonly path: string;
  readonly schema: JsonSchema;
  /** The group that it is in needs it. */
  readonly isRequired: boolean;
}

/** Every key of a JSON Schema, each before those in it. */
export function* keysIn(schema: Child | undefined, path = ""): Generator<Key> {
  if (typeof schema !== "object") return;
  const { properties = {}, required = [], additionalProperties, items, anyOf = [] } = schema;
  for (const [key, child] of Object.entries(properties)) {
    if (typeof child !== "object") continue;
    const at = join(path, key);
    yield { path: at, schema: child, isRequired: required.includes(key) };
    yield* keysIn(child, at);
  }
  yield* keysIn(additionalProperties, join(path, "NAME"));
  for (const item of [items].flat()) yield* keysIn(item, `${path}[]`);
  for (const alternative of anyOf) yield* keysIn(alternative, path);
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

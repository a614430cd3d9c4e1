import type * as v from "valibot";
import type { Fault } from "./faults.ts";
import { isObject, shapeOf } from "./shape.ts";

/** A key that stands beside the key that it belongs under, as in YAML without indentation. */
interface Misplaced {
  readonly path: readonly string[];
  readonly owner: string;
}

/** One fault for each key whose settings are not indented, and the paths that need no other fault. */
interface Indentation {
  readonly faults: readonly Fault[];
  explains(path: string): boolean;
}

export function flatKeys(
  schema: v.GenericSchema,
  raw: unknown,
  lineOfKey: (path: readonly string[]) => number | undefined,
): Indentation {
  const found = misplacedIn(schema, raw, []);
  const owners = new Set(found.map(ownerPath));
  return {
    faults: [...owners].map((path) => {
      const keys = found.filter((one) => ownerPath(one) === path).map((one) => one.path);
      const line = lineOfKey(keys[0] ?? []);
      const names = keys.map((key) => key.at(-1)).join(", ");
      const what = keys.length === 1 ? `${names} is not indented` : `${names} are not indented`;
      const place = line === undefined ? "" : ` (line ${line})`;
      return { path, message: `${what} under it: add spaces in front${place}` };
    }),
    explains: (path) =>
      owners.has(path) ||
      found.some(({ path: keys }) => `${path}.`.startsWith(`${keys.join(".")}.`)),
  };
}

function ownerPath({ path, owner }: Misplaced): string {
  return [...path.slice(0, -1), owner].join(".");
}

function misplacedIn(
  schema: v.GenericSchema,
  value: unknown,
  path: readonly string[],
): Misplaced[] {
  const shape = shapeOf(schema, value);
  if (shape.kind === "list" && Array.isArray(value))
    return value.flatMap((item, index) => misplacedIn(shape.item, item, [...path, String(index)]));
  if (shape.kind === "leaf" || shape.kind === "list" || !isObject(value)) return [];
  const known = (key: string) =>
    shape.kind === "record" ? shape.value : ownEntry(shape.entries, key);
  const isPlaced = (key: string, child: unknown) =>
    shape.kind === "record" ? fits(shape.value, child) : known(key) !== undefined || shape.isOpen;
  let owner: string | undefined;
  return Object.entries(value).flatMap(([key, child]) => {
    const at = known(key);
    if (isPlaced(key, child)) {
      owner = key;
      return at === undefined ? [] : misplacedIn(at, child, [...path, key]);
    }
    const above = owner === undefined ? undefined : known(owner);
    if (owner === undefined || above === undefined) return [];
    return takes(above, value[owner], key, child) ? [{ path: [...path, key], owner }] : [];
  });
}

/** Whether an empty setting, or the last entry of a list, could have this key. */
function takes(schema: v.GenericSchema, value: unknown, key: string, child: unknown): boolean {
  const shape = shapeOf(schema, value);
  if (shape.kind === "list" && Array.isArray(value)) {
    const last = shapeOf(shape.item, value.at(-1));
    return last.kind === "object" && ownEntry(last.entries, key) !== undefined;
  }
  if (value !== null) return false;
  if (shape.kind === "record") return fits(shape.value, child);
  return shape.kind === "object" && ownEntry(shape.entries, key) !== undefined;
}

/** A record's name can be any, so the kind of the value decides. */
function fits(schema: v.GenericSchema, value: unknown): boolean {
  const isGroup = shapeOf(schema, value).kind === "object";
  return isGroup ? value === null || isObject(value) : typeof value === "string";
}

function ownEntry(entries: Readonly<Record<string, v.GenericSchema>>, key: string) {
  return Object.hasOwn(entries, key) ? entries[key] : undefined;
}

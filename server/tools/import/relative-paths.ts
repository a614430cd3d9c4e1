import { isAbsolute } from "node:path";
import { resolvePaths } from "../../config/resolve-paths.ts";
import { schema } from "../../config/schema.ts";
import { isObject } from "../../config/shape.ts";
import type { Note } from "./notes.ts";

/** A step to do for each relative path: the old program read it from its working directory. */
export function relativePathNotes(config: Record<string, unknown>): Note[] {
  const notes: Note[] = [];
  resolvePaths(schema, structuredClone(config), (keys) => {
    const path = String(valueAt(config, keys));
    const message = `"${path}" starts at the folder of doorward.yaml, not at the working directory: write its absolute path, or put the file there`;
    if (!isAbsolute(path)) notes.push({ kind: "to do", subject: keys.join("."), message });
    return "/";
  });
  return notes;
}

function valueAt(config: Record<string, unknown>, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), config);
}

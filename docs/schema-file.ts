import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { JsonSchema } from "@valibot/to-json-schema";
import { providers } from "../providers/registry.ts";
import { schemaAddress } from "../server/config/schema-address.ts";
import { schema } from "../server/config/schema.ts";
import { driverFacts } from "../server/config/storage-drivers.ts";
import { convert } from "./settings/json-schema.ts";
import { settingsAt } from "./settings/sections.ts";
import { eachPart } from "./settings/setting-tree.ts";
import { root } from "./source-files.ts";

/** Names that doorward checks outside of valibot's schema. */
const names: Readonly<Record<string, readonly string[]>> = {
  "providers.NAME.type": [...providers.keys()],
  "storage.driver": Object.keys(driverFacts),
};

/** The structure of the configuration, without sentences. */
export function structure(): JsonSchema {
  return eachPart(convert(schema), ({ schema: part, path, isKey }) => {
    const known = isKey ? names[path] : undefined;
    return known === undefined ? part : { ...part, enum: [...known] };
  });
}

/** The structure of the configuration with its sentences, defaults and examples. */
export function describedStructure(): JsonSchema {
  return eachPart(structure(), ({ schema: part, path, isKey }) => {
    const [setting] = isKey ? settingsAt(path) : [];
    const { required, default: usual, ...rest } = part;
    return {
      ...(setting && { description: plain(setting.text) }),
      ...rest,
      ...(isWritten(usual) && { default: usual }),
      ...(setting && isWhole(setting.example) && { examples: [setting.example] }),
      ...(isNeeded(required, path) && { required }),
    } as JsonSchema;
  });
}

/** The whole of doorward.schema.json, in draft-07, the newest that the YAML language server supports completely. */
export function schemaFile(): string {
  const head = {
    $schema: "http://json-schema.org/draft-07/schema#",
    $id: schemaAddress,
    title: "Configuration of doorward",
  };
  return `${JSON.stringify({ ...head, ...describedStructure() }, undefined, 2)}\n`;
}

/** A key in an entry of a list is in the file. Any other may come from an environment variable. */
function isNeeded(required: readonly string[] | undefined, path: string): boolean {
  return required !== undefined && required.length > 0 && path.includes("[]");
}

/** An editor inserts the default, and `{}` would be of no use. */
function isWritten(usual: unknown): boolean {
  return usual !== undefined && JSON.stringify(usual) !== "{}" && JSON.stringify(usual) !== "[]";
}

/** Editors offer examples as values, and a secret is none that many people have. */
function isWhole(example: unknown): boolean {
  return !JSON.stringify(example).includes("…");
}

/** Links in the text lead to other parts of docs/configuration.md. */
function plain(markdown: string): string {
  return markdown.replaceAll(/\[([^\]]+)\]\([^)]*\)/g, "$1");
}

if (import.meta.main) writeFileSync(join(root, "doorward.schema.json"), schemaFile());

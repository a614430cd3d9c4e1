import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { root } from "../../docs/source-files.ts";
import { checkConfig } from "../../server/config/load.ts";

const file = readFileSync(join(root, "doorward.schema.json"), "utf8");
const validate = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true }).compile(
  JSON.parse(file),
);

/** What the schema refuses of a file. */
export function refusals(settings: unknown): string[] {
  validate(settings);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** Whether doorward accepts a file without environment variables. */
export function isAccepted(settings: Record<string, unknown>): boolean {
  try {
    checkConfig("doorward.yaml", settings, {});
    return true;
  } catch {
    return false;
  }
}

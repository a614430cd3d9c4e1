import { stringifyYAML } from "confbox";
import { checkConfig } from "../../config/load.ts";
import { ConfigError } from "../../config/faults.ts";
import { createSecret } from "../../config/secret.ts";
import type { Note } from "./notes.ts";
import type { Problem } from "./setting.ts";

/** What has become of another tool's configuration. With a problem there is no file. */
export interface Imported {
  readonly yaml: string | undefined;
  readonly notes: readonly Note[];
  readonly problems: readonly Problem[];
}

/** Refused at the start by its name, so that nobody serves with a secret that stands in a repository. */
export const secretPlaceholder = "change-me-to-what-doorward-secret-prints";

/**
 * Faults that doorward would find in a configuration, for whoever made it to tell at their origin. The
 * secret is taken for given.
 */
export function faultsOf(config: Record<string, unknown>): ConfigError["faults"] {
  try {
    checkConfig("", { ...config, secret: createSecret() }, {});
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

/** The file, with its secret still to be made. */
export function render(tool: string, config: Record<string, unknown>): string {
  const { url, cookie, ...rest } = config;
  const head = stringifyYAML({ url, ...(cookie !== undefined && { cookie }) });
  return [
    `# Made from a configuration of ${tool}. Read what the import said on stderr, then run \`doorward check\`.`,
    head.trimEnd(),
    "# Write here what `doorward secret` prints, or leave it out and set DOORWARD_SECRET_FILE.",
    `secret: ${secretPlaceholder}`,
    stringifyYAML(rest).trimEnd(),
    "",
  ].join("\n");
}

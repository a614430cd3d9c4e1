import { parseYAML } from "confbox";
import { isAlpha, readAlpha } from "./alpha-settings.ts";
import { isCompose, readCompose } from "./compose-settings.ts";
import { readEnvironment } from "./env-settings.ts";
import { parserReason, type ImportFile, type Reading } from "./setting.ts";
import { readToml } from "./toml-settings.ts";

/** Reads a file in any of oauth2-proxy's formats. */
export function readOAuth2Proxy(file: ImportFile): Reading {
  if (/\.ya?ml$/i.test(file.name)) return readYaml(file);
  if (/\.(cfg|toml|conf)$/i.test(file.name)) return readToml(file);
  return /^\s*(export\s+)?OAUTH2_PROXY_\w+=/m.test(file.text)
    ? readEnvironment(file)
    : readToml(file);
}

function readYaml(file: ImportFile): Reading {
  const fault = (message: string) => ({ settings: [], problems: [{ place: file.name, message }] });
  let value: unknown;
  try {
    value = parseYAML(file.text);
  } catch (error) {
    return fault(`cannot be read${yamlLine(error)}: ${parserReason(error)}`);
  }
  if (isCompose(value)) return readCompose(file);
  if (isAlpha(value)) return readAlpha(file, value);
  return fault("is neither a compose file (services) nor an alpha configuration (providers, …)");
}

function yamlLine(error: unknown): string {
  const [, line] = /\((\d+):\d+\)/.exec(error instanceof Error ? error.message : "") ?? [];
  return line === undefined ? "" : ` in line ${line}`;
}

import { stringifyYAML } from "confbox";
import { checkConfig } from "../../config/load.ts";
import { ConfigError } from "../../config/faults.ts";
import { schemaLine } from "../../config/schema-address.ts";
import { createSecret } from "../../config/secret.ts";
import { isObject } from "../../config/shape.ts";
import { idFault } from "../../values/placeholder.ts";
import { domainToFill } from "./each-host.ts";
import type { Note } from "./notes.ts";
import type { Problem } from "./setting.ts";

/** The result of an import. `yaml` is undefined if there is a problem. */
export interface Imported {
  readonly yaml: string | undefined;
  readonly notes: readonly Note[];
  readonly problems: readonly Problem[];
}

/** doorward refuses to start with this value, so an imported file cannot be used without a new secret. */
export const secretPlaceholder = "change-me-to-what-doorward-secret-prints";

/** An address that the old configuration does not have. It is no URL, so that doorward does not start with it. */
export function addressToFill(path: string): string {
  return `https://<the host where browsers reach doorward>${path}`;
}

/**
 * Faults that doorward would find in a configuration with a valid secret and its address filled in. The caller maps
 * them to their origin.
 */
export function faultsOf(config: Record<string, unknown>): ConfigError["faults"] {
  try {
    checkConfig("", { ...config, ...filledIn(config), secret: createSecret() }, {});
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

/** `sites` have addresses of their own, and take no `url`. */
function filledIn(config: Record<string, unknown>): Record<string, unknown> {
  const { url, hosts, providers } = config;
  const isGap = Array.isArray(hosts) && hosts.includes(domainToFill);
  return {
    ...(typeof url === "string" && { url: url.replace(/<.*>/, exampleHost(config)) }),
    ...(isGap && { hosts: [exampleHost(config)] }),
    ...(isObject(providers) && { providers: mapValues(providers, filledClient) }),
  };
}

/** A published file has placeholders for the client, and doorward does not start with them. */
function filledClient(provider: unknown): unknown {
  if (!isObject(provider)) return provider;
  return mapValues(provider, (value) =>
    typeof value === "string" && idFault(value) !== undefined ? "filled-in" : value,
  );
}

function mapValues(from: Record<string, unknown>, change: (value: unknown) => unknown) {
  return Object.fromEntries(Object.entries(from).map(([name, value]) => [name, change(value)]));
}

function exampleHost({ cookie }: Record<string, unknown>): string {
  const domain = isObject(cookie) ? cookie.domain : undefined;
  return typeof domain === "string" ? domain : "door.example.com";
}

/** The file as text, with a placeholder as its secret. */
export function render(tool: string, config: Record<string, unknown>): string {
  const { url, hosts, cookie, sites, ...rest } = config;
  const only = {
    url,
    ...(hosts !== undefined && { hosts }),
    ...(cookie !== undefined && { cookie }),
  };
  const head = stringifyYAML(sites === undefined ? only : { sites });
  return [
    schemaLine,
    `# Imported from ${tool}. Do the steps that the import printed on stderr, then run \`doorward check\`.`,
    head.trimEnd(),
    "# Replace this with the output of `doorward secret`, or remove the line and set DOORWARD_SECRET_FILE.",
    `secret: ${secretPlaceholder}`,
    stringifyYAML(rest).trimEnd(),
    "",
  ].join("\n");
}

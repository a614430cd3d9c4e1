import type { Fault } from "../../config/faults.ts";
import { createProtectedResources } from "../../config/protected-resources.ts";
import type { Config } from "../../config/schema.ts";

/** The metadata of a protected resource (RFC 9728), which a proxy can answer by itself. */
export interface Document {
  readonly path: string;
  /** JSON on one line, without a character that any syntax of a proxy would need quoted between single quotes. */
  readonly text: string;
}

/** The documents of each public host, each once. */
export function documentsByHost(config: Config): ReadonlyMap<string, readonly Document[]> {
  const resources = createProtectedResources(config).values();
  const once = new Map(Array.from(resources, (one) => [one.metadataUrl, one])).values();
  return new Map(
    Array.from(
      Map.groupBy(once, ({ host }) => host),
      ([host, here]) => [
        host,
        here.map(({ metadataPath: path, document: text }) => ({ path, text })),
      ],
    ),
  );
}

/** A line of HAProxy's configuration has at most 2,047 characters. */
const longest = 1_500;

/** Why the document of a rule cannot be written into a proxy's configuration. */
export function documentFaults(config: Config): Fault[] {
  const resources = createProtectedResources(config);
  return config.rules.flatMap((rule, index) => {
    const message = textFault(resources.get(rule)?.document ?? "");
    return message === undefined ? [] : [{ path: `rules.${index}.bearer.metadata`, message }];
  });
}

function textFault(text: string): string | undefined {
  const [found] = /[^A-Za-z0-9._~:/?=&+*!@()[\]{}",-]/.exec(text) ?? [];
  if (found !== undefined)
    return `publishes a scope or an issuer with ${JSON.stringify(found)}, which a proxy could misread: use letters, digits and . _ ~ : / ? = & + * ! @ ( ) -`;
  if (text.length <= longest) return undefined;
  return `makes a document of ${text.length} characters, and a proxy's configuration can contain ${longest}: use fewer or shorter scopes`;
}

import type { Fault } from "../../config/faults.ts";
import { createProtectedResources } from "../../config/protected-resources.ts";
import type { Config } from "../../config/schema.ts";
import type { RuleConfig } from "../../policy/rule-schema.ts";

/** The metadata of a protected resource (RFC 9728), which a proxy can answer by itself. */
export interface Document {
  readonly path: string;
  /** JSON on one line, without a character that any syntax of a proxy would need quoted between single quotes. */
  readonly text: string;
  readonly resource: Resource;
}

/** The requests that the rules of a resource are for. */
interface Resource {
  /** "/" or "/mcp". */
  readonly path: string;
  /** Whether paths under it are the resource too. */
  readonly isPrefix: boolean;
}

/** The documents of each public host, each once. */
export function documentsByHost(config: Config): ReadonlyMap<string, readonly Document[]> {
  const byUrl = Map.groupBy(createProtectedResources(config), ([, one]) => one.metadataUrl);
  const documents = Array.from(byUrl.values()).flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const [, { host, identifier, metadataPath: path, document: text }] = first;
    const isPrefix = [first, ...others].some(([rule]) => isForPathsUnder(rule));
    const resource = { path: new URL(identifier).pathname, isPrefix };
    return [{ host, document: { path, text, resource } }];
  });
  return new Map(
    Array.from(
      Map.groupBy(documents, ({ host }) => host),
      ([host, here]) => [host, here.map(({ document }) => document)],
    ),
  );
}

function isForPathsUnder({ path = [], exactPath = [] }: RuleConfig): boolean {
  return exactPath.length === 0 && path.every((pattern) => pattern.endsWith("*"));
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
  return `makes a document of ${text.length} characters, and a proxy's configuration can contain ${longest}: use fewer or shorter scopes, or fewer issuers`;
}

import type { GivenFiles, Problem } from "./given-files.ts";
import { notGiven } from "./given-files.ts";
import type { ParsedYaml } from "./yaml-parse.ts";
import {
  childOf,
  entryOf,
  stringOf,
  type YamlEntry,
  type YamlMap,
  type YamlNode,
} from "./yaml-tree.ts";

/** A service as one file writes it. A later layer overrides the earlier ones. */
export interface Layer {
  readonly file: string;
  readonly root: YamlNode;
  readonly service: YamlMap;
}

/** The layers of services: several files, and `extends`. */
export class ComposeLayers {
  readonly problems: Problem[] = [];
  readonly #parsed: readonly ParsedYaml[];
  /** Without the files that only lend services to others. */
  readonly #projectFiles: readonly ParsedYaml[];
  readonly #given: GivenFiles;

  constructor(parsed: readonly ParsedYaml[], given: GivenFiles) {
    this.#parsed = parsed;
    this.#given = given;
    const extended = new Set(parsed.flatMap((one) => this.#extendedFrom(one)));
    this.#projectFiles = parsed.filter((one) => !extended.has(one));
  }

  /** All names of services, in order of appearance, without those that only lend their settings to others. */
  names(): string[] {
    const services = this.#projectFiles.flatMap((one) => [...servicesIn(one)]);
    const extended = new Set(services.map(([, { node }]) => extendedName(node)));
    const own = services.filter(
      ([name, { node }]) => !extended.has(name) || childOf(node, "image") !== undefined,
    );
    return [...new Set(own.map(([name]) => name))];
  }

  of(name: string): Layer[] {
    return this.#projectFiles.flatMap((parsed) =>
      entryOf(childOf(parsed.roots[0], "services"), name) === undefined
        ? []
        : this.#layersIn(parsed, name, []),
    );
  }

  #layersIn(parsed: ParsedYaml, name: string, seen: readonly string[]): Layer[] {
    const file = parsed.file.name;
    const root = parsed.roots[0];
    const entry = entryOf(childOf(root, "services"), name);
    const id = `${file} ${name}`;
    if (root === undefined || entry?.node.kind !== "map" || seen.includes(id)) {
      const reason = seen.includes(id) ? "extends itself" : "is not a service with settings";
      this.problems.push({ place: `${file}:${entry?.line ?? 1}`, message: `${name}: ${reason}` });
      return [];
    }
    const service = entry.node;
    return [...this.#extended(parsed, service, [...seen, id]), { file, root, service }];
  }

  #extended(parsed: ParsedYaml, service: YamlMap, seen: readonly string[]): Layer[] {
    const entry = entryOf(service, "extends");
    if (entry === undefined) return [];
    const name = extendedName(service);
    const path = stringOf(childOf(entry.node, "file"));
    const fault = (message: string): Layer[] => {
      const place = `${parsed.file.name}:${entry.line}`;
      this.problems.push({ place, message: `extends: ${message}` });
      return [];
    };
    if (name === undefined) return fault("names no service: write extends: NAME");
    const other = path === undefined ? parsed : this.#other(path, parsed.file.name);
    if (other === undefined) return fault(notGiven(path ?? ""));
    if (entryOf(childOf(other.roots[0], "services"), name) === undefined)
      return fault(`names the service "${name}", which ${other.file.name} does not have`);
    return this.#layersIn(other, name, seen);
  }

  #extendedFrom(parsed: ParsedYaml): ParsedYaml[] {
    return [...servicesIn(parsed).values()].flatMap(({ node }) => {
      const path = stringOf(childOf(node, "extends", "file"));
      return (path === undefined ? undefined : this.#other(path, parsed.file.name)) ?? [];
    });
  }

  #other(path: string, owner: string): ParsedYaml | undefined {
    const file = this.#given.take(path, owner);
    return this.#parsed.find((parsed) => parsed.file === file);
  }
}

function servicesIn({ roots }: ParsedYaml): ReadonlyMap<string, YamlEntry> {
  const services = childOf(roots[0], "services");
  return services?.kind === "map" ? services.entries : new Map();
}

/** `extends: NAME` or `extends: { service: NAME }`. */
function extendedName(service: YamlNode): string | undefined {
  const node = childOf(service, "extends");
  return stringOf(node) ?? stringOf(childOf(node, "service"));
}

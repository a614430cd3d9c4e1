import type { Layer } from "./compose-layers.ts";
import type { GivenFiles, ImportFile } from "./given-files.ts";
import { childOf, embeddedFile, itemsOf, stringOf, type YamlNode } from "./yaml-tree.ts";

/** A file or folder that a container sees at another path. */
interface Mount {
  readonly target: string;
  readonly find: (rest: string) => ImportFile | undefined;
}

/** Finds the given file, or the text of `configs`, that a service sees at a path. */
export function fileFinder(layers: readonly Layer[], given: GivenFiles) {
  const mounts = layers.flatMap((layer) => [
    ...itemsOf(childOf(layer.service, "volumes")).flatMap((node) => volume(node, layer, given)),
    ...["configs", "secrets"].flatMap((kind) =>
      itemsOf(childOf(layer.service, kind)).flatMap((node) => config(node, kind, layer, given)),
    ),
  ]);
  const owner = layers.at(-1)?.file ?? "";
  return (path: string): ImportFile | undefined => {
    const mount = mounts.findLast(
      ({ target }) => path === target || path.startsWith(`${target.replace(/\/$/, "")}/`),
    );
    return mount === undefined
      ? given.take(path, owner)
      : mount.find(path.slice(mount.target.length));
  };
}

/** `SOURCE:TARGET[:MODE]`, or a map. */
function volume(node: YamlNode, { file }: Layer, given: GivenFiles): Mount[] {
  const [, short, at] = /^([^:]+):([^:]+)(?::[^:]*)?$/.exec(stringOf(node) ?? "") ?? [];
  const source = short ?? stringOf(childOf(node, "source"));
  const target = at ?? stringOf(childOf(node, "target"));
  if (source === undefined || target === undefined) return [];
  return [{ target, find: (rest) => given.take(`${source}${rest}`, file) }];
}

/** A name, or a map with `source` and `target`, of an entry with `file` or `content`. */
function config(node: YamlNode, kind: string, { file, root }: Layer, given: GivenFiles): Mount[] {
  const name = stringOf(node) ?? stringOf(childOf(node, "source"));
  if (name === undefined) return [];
  const written = stringOf(childOf(node, "target")) ?? name;
  const target = written.startsWith("/")
    ? written
    : `${kind === "secrets" ? "/run/secrets" : ""}/${written}`;
  const entry = childOf(root, kind, name);
  const path = stringOf(childOf(entry, "file"));
  const content = childOf(entry, "content");
  const inline = content === undefined ? undefined : embeddedFile(file, name, content);
  return [{ target, find: () => (path === undefined ? inline : given.take(path, file)) }];
}

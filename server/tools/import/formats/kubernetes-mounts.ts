import type { GivenFiles, ImportFile } from "./given-files.ts";
import type { KubernetesObjects, ObjectData } from "./kubernetes-objects.ts";
import { childOf, itemsOf, stringOf, type YamlNode } from "./yaml-tree.ts";

/** Finds the text of a ConfigMap or Secret that a container sees at a path, or the given file of that name. */
export function mountedFile(
  container: YamlNode,
  pod: YamlNode,
  { objects, given, owner }: { objects: KubernetesObjects; given: GivenFiles; owner: string },
): (path: string) => ImportFile | undefined {
  const mounts = itemsOf(childOf(container, "volumeMounts")).map((node) => ({
    at: (stringOf(childOf(node, "mountPath")) ?? "").replace(/\/$/, ""),
    volume: stringOf(childOf(node, "name")),
    part: stringOf(childOf(node, "subPath")),
  }));
  const volumes = itemsOf(childOf(pod, "volumes"));
  return (path) => {
    const [mount] = mounts
      .filter(({ at }) => path === at || path.startsWith(`${at}/`))
      .toSorted((one, other) => other.at.length - one.at.length);
    const volume = volumes.find((node) => stringOf(childOf(node, "name")) === mount?.volume);
    const rest = [mount?.part, path.slice((mount?.at.length ?? 0) + 1)].filter(Boolean).join("/");
    return (
      sourcesOf(volume)
        .map((source) => fileIn(source, rest, objects))
        .find((file) => file !== undefined) ?? given.take(path, owner)
    );
  };
}

/** A projected volume has several sources. */
function sourcesOf(volume: YamlNode | undefined): readonly YamlNode[] {
  const sources = childOf(volume, "projected", "sources");
  return sources === undefined ? [volume ?? []].flat() : itemsOf(sources);
}

function fileIn(
  source: YamlNode,
  path: string,
  objects: KubernetesObjects,
): ImportFile | undefined {
  const [config, secret] = [childOf(source, "configMap"), childOf(source, "secret")];
  const data: ObjectData | undefined =
    secret === undefined
      ? objects.data("ConfigMap", stringOf(childOf(config, "name")))
      : objects.data("Secret", stringOf(childOf(secret, "secretName") ?? childOf(secret, "name")));
  const items = itemsOf(childOf(secret ?? config, "items"));
  const item = items.find((node) => stringOf(childOf(node, "path")) === path);
  const key = items.length === 0 ? path : stringOf(childOf(item, "key"));
  return key === undefined ? undefined : data?.file(key);
}

import type { ImportFile, Problem } from "./given-files.ts";
import type { ParsedYaml } from "./yaml-parse.ts";
import { childOf, embeddedFile, entryOf, itemsOf, stringOf, type YamlNode } from "./yaml-tree.ts";

interface KubernetesObject {
  readonly file: string;
  readonly kind: string;
  readonly name: string;
  readonly root: YamlNode;
}

/** An object that starts containers. */
export interface Workload extends KubernetesObject {
  readonly pod: YamlNode;
}

/** The texts of a ConfigMap or a Secret. */
export interface ObjectData {
  readonly name: string;
  readonly keys: readonly string[];
  text(key: string): string | undefined;
  /** The text as a file, for messages with its lines. */
  file(key: string): ImportFile | undefined;
  place(key: string): string;
}

export function isKubernetes(root: YamlNode | undefined): boolean {
  return stringOf(childOf(root, "apiVersion")) !== undefined && kindOf(root) !== "";
}

/** Kinds that hold options of other objects, and what to give to the import instead. */
const unrendered: readonly (readonly [kind: RegExp, instead: string])[] = [
  [/^Kustomization$/, "the output of `kubectl kustomize`"],
  [/^(HelmRelease|HelmChart|HelmChartConfig|Application|ApplicationSet)$/, "the chart's values"],
  [/^Template$/, "the objects that it makes"],
];

/** The objects of all given manifests. */
export class KubernetesObjects {
  readonly problems: Problem[] = [];
  readonly #objects: readonly KubernetesObject[];

  constructor(files: readonly ParsedYaml[]) {
    this.problems.push(...files.flatMap(({ problems }) => problems));
    this.#objects = files.flatMap(({ file, roots }) =>
      roots.flatMap((root) => this.#objectsIn(file.name, root)),
    );
  }

  /** Objects with a pod: Deployment, StatefulSet, DaemonSet, Pod, … */
  workloads(): Workload[] {
    return this.#objects.flatMap((object) => {
      const spec = childOf(object.root, "spec");
      const pod = object.kind === "Pod" ? spec : childOf(spec, "template", "spec");
      return pod === undefined || childOf(pod, "containers") === undefined
        ? []
        : [Object.assign({ pod }, object)];
    });
  }

  configMaps(): ObjectData[] {
    return this.#objects.filter(({ kind }) => kind === "ConfigMap").map(dataOf);
  }

  /** The only ConfigMap or Secret of that name. */
  data(kind: "ConfigMap" | "Secret", name: string | undefined): ObjectData | undefined {
    const [object, ...more] = this.#objects.filter((one) => one.kind === kind && one.name === name);
    return object === undefined || more.length > 0 ? undefined : dataOf(object);
  }

  #objectsIn(file: string, root: YamlNode): KubernetesObject[] {
    const kind = kindOf(root);
    const items = childOf(root, "items");
    if (kind.endsWith("List") && items !== undefined)
      return itemsOf(items).flatMap((item) => this.#objectsIn(file, item));
    const instead = unrendered.find(([pattern]) => pattern.test(kind))?.[1];
    const message = isKubernetes(root)
      ? instead && `the kind ${kind} holds options of other objects: import ${instead} instead`
      : "is not a Kubernetes object (apiVersion and kind)";
    if (message !== undefined) this.problems.push({ place: `${file}:${root.line}`, message });
    return [{ file, kind, name: stringOf(childOf(root, "metadata", "name")) ?? "", root }];
  }
}

function kindOf(root: YamlNode | undefined): string {
  return stringOf(childOf(root, "kind")) ?? "";
}

function dataOf({ file, kind, name, root }: KubernetesObject): ObjectData {
  const groups = ["stringData", "data", "binaryData"].map((group) => childOf(root, group));
  const find = (key: string) => groups.find((group) => entryOf(group, key) !== undefined);
  const isEncoded = (key: string) => find(key) === groups[kind === "Secret" ? 1 : 2];
  const text = (key: string) => {
    const written = stringOf(childOf(find(key), key));
    return written !== undefined && isEncoded(key)
      ? Buffer.from(written, "base64").toString("utf8")
      : written;
  };
  return {
    name,
    keys: groups.flatMap((group) =>
      group?.kind === "map" ? Array.from(group.entries.keys()) : [],
    ),
    place: (key) => `${file}:${entryOf(find(key), key)?.line ?? root.line}`,
    text,
    file(key) {
      const [node, content] = [childOf(find(key), key), text(key)];
      if (node === undefined || content === undefined) return undefined;
      return isEncoded(key)
        ? { name: `${file} (${key})`, text: content }
        : embeddedFile(file, key, node);
    },
  };
}

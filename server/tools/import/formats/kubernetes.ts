import type { GivenFiles, Problem } from "./given-files.ts";
import { containerEnvironment, expanded, variablesOf } from "./kubernetes-environment.ts";
import { mountedFile } from "./kubernetes-mounts.ts";
import { KubernetesObjects, type ObjectData, type Workload } from "./kubernetes-objects.ts";
import type { Program, Programs, Variable, Word } from "./program.ts";
import type { ParsedYaml } from "./yaml-parse.ts";
import { childOf, itemsOf, stringOf, type YamlNode } from "./yaml-tree.ts";

const containerKeys = new Set(
  `args command env envFrom image imagePullPolicy lifecycle livenessProbe name ports readinessProbe resizePolicy
  resources restartPolicy restartPolicyRules securityContext startupProbe stdin stdinOnce terminationMessagePath
  terminationMessagePolicy tty volumeDevices volumeMounts workingDir`.split(/\s+/),
);

/** The containers of all workloads. Without a workload, ConfigMaps are read as what a container would get of them. */
export function readKubernetes(files: readonly ParsedYaml[], given: GivenFiles): Programs {
  const objects = new KubernetesObjects(files);
  const programs = objects
    .workloads()
    .flatMap((workload) =>
      containersOf(workload.pod).map((container) => programOf(workload, container, objects, given)),
    );
  const maps = objects.configMaps();
  const alone = {
    programs: maps.flatMap((map) => programOfMap(map, given)),
    files: maps.flatMap((map) =>
      map.keys.flatMap((key) =>
        /\.(cfg|toml|conf|ya?ml)$/.test(key) ? (map.file(key) ?? []) : [],
      ),
    ),
  };
  return { programs, problems: objects.problems, alone };
}

/** Init containers that are restarted run beside the others. */
function containersOf(pod: YamlNode): YamlNode[] {
  const initial = itemsOf(childOf(pod, "initContainers")).filter(
    (node) => stringOf(childOf(node, "restartPolicy")) === "Always",
  );
  return [...itemsOf(childOf(pod, "containers")), ...initial];
}

function programOf(
  { file, name, pod }: Workload,
  container: YamlNode,
  objects: KubernetesObjects,
  given: GivenFiles,
): Program {
  const problems = keyFaults(file, container);
  const reader = { file, objects, problems };
  const environment = containerEnvironment(
    childOf(container, "env"),
    childOf(container, "envFrom"),
    reader,
  );
  return {
    name,
    image: stringOf(childOf(container, "image")) ?? "",
    place: `${file}:${container.line}`,
    environment,
    words: ["command", "args"].flatMap((key) =>
      containerWords(childOf(container, key), key, environment, reader),
    ),
    source: "Kubernetes",
    remarks: [],
    problems,
    fileAt: mountedFile(container, pod, { objects, given, owner: file }),
  };
}

function keyFaults(file: string, container: YamlNode): Problem[] {
  const entries = container.kind === "map" ? [...container.entries] : [];
  return entries
    .filter(([key]) => !containerKeys.has(key))
    .map(([key, { line }]) => ({
      place: `${file}:${line}`,
      message: `${key}: is not a key of a container that the import knows: correct or remove it`,
    }));
}

/** The words of a list of texts. */
function containerWords(
  node: YamlNode | undefined,
  key: string,
  environment: readonly Variable[],
  { file, problems }: { file: string; problems: Problem[] },
): Word[] {
  const place = (line: number) => `${file}:${line}`;
  if (node !== undefined && node.kind !== "list")
    problems.push({ place: place(node.line), message: `${key}: is not a list of texts` });
  return itemsOf(node).flatMap((item) => {
    const text = stringOf(item);
    const message = `${key}: has a word that is not a text: put it in quotes`;
    if (text === undefined) problems.push({ place: place(item.line), message });
    return text === undefined
      ? []
      : [{ text: expanded(text, environment), place: place(item.line) }];
  });
}

function programOfMap(map: ObjectData, given: GivenFiles): Program[] {
  const environment = variablesOf(map, "");
  const [first] = environment;
  if (first === undefined) return [];
  const fileAt = (path: string) => given.take(path, first.place.replace(/:\d+$/, ""));
  return [
    {
      name: map.name,
      image: "",
      place: first.place,
      environment,
      words: [],
      source: "Kubernetes",
      remarks: [],
      problems: [],
      fileAt,
    },
  ];
}

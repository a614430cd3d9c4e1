import { inSecret, marked, valueOf, type FilledIn } from "./interpolation.ts";
import type { Problem } from "./given-files.ts";
import type { KubernetesObjects, ObjectData } from "./kubernetes-objects.ts";
import { lastOfEach, type Variable } from "./program.ts";
import { childOf, itemsOf, stringOf, type YamlNode } from "./yaml-tree.ts";

/** What reads the environment of one container. */
interface ContainerReader {
  readonly file: string;
  readonly objects: KubernetesObjects;
  readonly problems: Problem[];
}

/** `env`, which overrides `envFrom`. */
export function containerEnvironment(
  env: YamlNode | undefined,
  envFrom: YamlNode | undefined,
  reader: ContainerReader,
): Variable[] {
  const variables: Variable[] = [];
  for (const [node, kind] of [
    [envFrom, "envFrom"],
    [env, "env"],
  ] as const)
    if (node !== undefined && node.kind !== "list") fault(node, `${kind}: is not a list`, reader);
  for (const node of itemsOf(envFrom)) variables.push(...fromObject(node, reader));
  for (const node of itemsOf(env)) {
    const name = stringOf(childOf(node, "name"));
    const value = valueIn(node, name ?? "", variables, reader);
    if (name === undefined) fault(node, "env: has an entry without a name", reader);
    else if (value !== undefined)
      variables.push({ name, value, place: `${reader.file}:${node.line}` });
  }
  return lastOfEach(variables);
}

function valueIn(
  node: YamlNode,
  name: string,
  before: readonly Variable[],
  reader: ContainerReader,
): string | FilledIn | undefined {
  const from = childOf(node, "valueFrom");
  if (from !== undefined) return valueFrom(from, name, reader);
  const written = childOf(node, "value");
  const text = written === undefined ? "" : stringOf(written);
  if (text !== undefined) return valueOf(expanded(text, before), "Kubernetes");
  fault(node, `env: ${name}: is not a text: put the value in quotes`, reader);
  return undefined;
}

function valueFrom(
  from: YamlNode,
  name: string,
  reader: ContainerReader,
): string | FilledIn | undefined {
  const [secret, config] = [childOf(from, "secretKeyRef"), childOf(from, "configMapKeyRef")];
  const [kind, ref] =
    secret === undefined ? (["ConfigMap", config] as const) : (["Secret", secret] as const);
  if (ref === undefined) return { filledIn: name, from: "Kubernetes" };
  const object = stringOf(childOf(ref, "name"));
  const key = stringOf(childOf(ref, "key")) ?? "";
  const data = reader.objects.data(kind, object);
  const text = data?.text(key);
  if (text !== undefined) return text;
  if (kind === "Secret") return inSecret(name, object);
  fault(from, `${name}: ${missing(kind, object)}`, reader);
  return undefined;
}

function fromObject(node: YamlNode, reader: ContainerReader): Variable[] {
  const [config, secret] = [childOf(node, "configMapRef"), childOf(node, "secretRef")];
  const kind = secret === undefined ? "ConfigMap" : "Secret";
  const name = stringOf(childOf(secret ?? config, "name"));
  const data = reader.objects.data(kind, name);
  if (data !== undefined) return variablesOf(data, stringOf(childOf(node, "prefix")) ?? "");
  // An object that is optional stops the import too, because it may hold a restriction.
  fault(node, `envFrom: ${missing(kind, name)}`, reader);
  return [];
}

/** The entries of a ConfigMap or Secret as variables. */
export function variablesOf(data: ObjectData, prefix: string): Variable[] {
  return data.keys
    .map((key) => ({
      name: `${prefix}${key}`,
      value: data.text(key) ?? { filledIn: key, from: data.name },
      place: data.place(key),
    }))
    .filter(({ name }) => /^[A-Za-z_]\w*$/.test(name));
}

/** `$(NAME)` is the value of an earlier variable, and `$$` is `$`. */
export function expanded(text: string, variables: readonly Variable[]): string {
  return text.replace(/\$\$|\$\(([^()]+)\)/g, (written, name: string | undefined) => {
    if (name === undefined) return written.slice(1);
    const value = variables.findLast((one) => one.name === name)?.value;
    return typeof value === "string" ? value : marked(name);
  });
}

function missing(kind: string, name: string | undefined): string {
  return `names the ${kind} "${name}", which is not among the given manifests, or is there twice: add its manifest to the command line`;
}

function fault({ line }: YamlNode, message: string, { file, problems }: ContainerReader): void {
  problems.push({ place: `${file}:${line}`, message });
}

import { nearest } from "../../config/nearest.ts";
import type { ImportFile, Problem } from "./formats/given-files.ts";
import type { Program } from "./formats/program.ts";
import type { ParsedYaml } from "./formats/yaml-parse.ts";
import {
  childOf,
  entryOf,
  stringOf,
  textOf,
  type YamlEntry,
  type YamlNode,
} from "./formats/yaml-tree.ts";

/** The keys of the chart's values. Those of `config` and `alphaConfig` are options. */
const chartKeys =
  `affinity alphaConfig authenticatedEmailsFile autoscaling checkDeprecation config containerPort
  customLabels deploymentAnnotations deploymentLabels enableServiceLinks envFrom extraArgs extraContainers extraEnv
  extraInitContainers extraObjects extraVolumeMounts extraVolumes fullnameOverride gatewayApi global hostAlias hostAliases
  htpasswdFile httpScheme image imagePullSecrets ingress initContainers kubeVersion lifecycle livenessProbe metrics
  nameOverride namespaceOverride networkPolicy nodeSelector podAnnotations podDisruptionBudget podLabels
  podSecurityContext priorityClassName proxyVarsAsSecrets readinessProbe redis redis-ha replicaCount resizePolicy
  resources revisionHistoryLimit securityContext service serviceAccount sessionStorage startupProbe strategy
  terminationGracePeriodSeconds tolerations topologySpreadConstraints`.split(/\s+/);

const keysOf: Readonly<Record<string, readonly string[]>> = {
  config:
    `annotations clientID clientSecret configFile cookieName cookieSecret emailDomains existingConfig
    existingSecret forceLegacyConfig google requiredSecretKeys upstreams`.split(/\s+/),
  alphaConfig:
    `annotations configData configFile enabled existingConfig existingSecret metricsConfigData
    serverConfigData`.split(/\s+/),
  authenticatedEmailsFile:
    "annotations enabled persistence restrictedUserAccessKey restricted_access template".split(" "),
  htpasswdFile: ["enabled", "entries", "existingSecret"],
};

/** The keys by which the chart's values are told from those of other charts. */
const signs = ["extraArgs", "alphaConfig", "authenticatedEmailsFile", "proxyVarsAsSecrets"];

/** Values of oauth2-proxy's chart. `name` is their key, if they are a part of another chart's values. */
interface ChartValues {
  readonly name: string;
  readonly node: YamlNode;
}

/** The values of oauth2-proxy's chart: the whole file, or each part of another chart's values that has them. */
export function chartValuesIn(root: YamlNode | undefined): ChartValues[] {
  if (root?.kind !== "map") return [];
  if (isChart(root)) return [{ name: "oauth2-proxy", node: root }];
  return [...root.entries]
    .map(([name, { node }]) => ({ name, node }))
    .filter(({ node }) => isChart(node));
}

function isChart(node: YamlNode): boolean {
  const config = childOf(node, "config");
  return (
    signs.some((key) => entryOf(node, key) !== undefined) ||
    "clientID clientSecret cookieSecret configFile existingConfig existingSecret emailDomains"
      .split(" ")
      .some((key) => entryOf(config, key) !== undefined)
  );
}

/** The chart's values by their paths. */
export class HelmValues {
  readonly file: string;
  readonly problems: Problem[];
  readonly #root: YamlNode;

  constructor({ file, problems }: ParsedYaml, root: YamlNode) {
    this.file = file.name;
    this.problems = [...problems];
    this.#root = root;
    this.#refuseTemplates(root);
  }

  node(...path: string[]): YamlNode | undefined {
    return childOf(this.#root, ...path);
  }

  entry(...path: string[]): YamlEntry | undefined {
    return entryOf(childOf(this.#root, ...path.slice(0, -1)), path.at(-1) ?? "");
  }

  /** A text that is not empty. */
  text(...path: string[]): string | undefined {
    const entry = this.entry(...path);
    const text = textOf(entry?.node);
    if (entry !== undefined && text === undefined)
      this.fault(entry.line, `${path.join(".")}: is not a text: put the value in quotes`);
    return text === "" ? undefined : text;
  }

  isOn(path: readonly string[], usual = false): boolean {
    const node = this.node(...path);
    if (node === undefined) return usual;
    if (node.kind === "scalar" && typeof node.value === "boolean") return node.value;
    this.fault(node.line, `${path.join(".")}: is neither true nor false`);
    return usual;
  }

  list(...path: string[]): readonly string[] | undefined {
    const entry = this.entry(...path);
    if (entry === undefined) return undefined;
    const items = entry.node.kind === "list" ? entry.node.items.map(stringOf) : [undefined];
    if (items.includes(undefined))
      this.fault(entry.line, `${path.join(".")}: is not a list of texts`);
    return items.filter((item) => item !== undefined);
  }

  place(...path: string[]): string {
    const line = this.entry(...path)?.line;
    return line === undefined ? `${this.file} (the chart's default)` : `${this.file}:${line}`;
  }

  fault(line: number, message: string): void {
    const place = `${this.file}:${line}`;
    const isKnown = this.problems.some((one) => one.place === place && one.message === message);
    if (!isKnown) this.problems.push({ place, message });
  }

  /** Keys that the chart ignores. */
  remarks(): Program["remarks"][number][] {
    const groups = [["", chartKeys] as const, ...Object.entries(keysOf)];
    return groups.flatMap(([group, known]) => {
      const map = group === "" ? this.#root : this.node(group);
      const keys = map?.kind === "map" ? [...map.entries.keys()] : [];
      return keys
        .filter((key) => !known.includes(key))
        .map((key) => ignored([group, key].filter(Boolean).join("."), nearest(key, known)));
    });
  }

  /** Only Helm resolves templates, and the chart resolves them in most values. */
  #refuseTemplates(node: YamlNode): void {
    if (node.kind === "map")
      for (const { node: child } of node.entries.values()) this.#refuseTemplates(child);
    else if (node.kind === "list") node.items.forEach((item) => this.#refuseTemplates(item));
    else if (typeof node.value === "string" && node.value.includes("{{"))
      this.fault(node.line, "has a template ({{ … }}), which only Helm resolves: write its result");
  }
}

function ignored(subject: string, meant: string | undefined): Program["remarks"][number] {
  const hint = meant === undefined ? "" : `: did you mean ${meant}?`;
  return { kind: "left out", subject, message: `is ignored by the chart${hint}` };
}

/** A text of the values as a file. */
export function helmFile(values: HelmValues, name: string, text: string): ImportFile {
  return { name: `${values.file} (${name})`, text };
}

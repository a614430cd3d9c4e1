import { stringifyYAML } from "confbox";
import { isObject } from "../../config/shape.ts";
import type { GivenFiles, ImportFile } from "./formats/given-files.ts";
import { expanded } from "./formats/kubernetes-environment.ts";
import { KubernetesObjects } from "./formats/kubernetes-objects.ts";
import type { Program, Programs } from "./formats/program.ts";
import type { ParsedYaml } from "./formats/yaml-parse.ts";
import { embeddedFile, plainOf } from "./formats/yaml-tree.ts";
import { helmEnvironment } from "./helm-environment.ts";
import { chartValuesIn, HelmValues, helmFile } from "./helm-values.ts";
import { helmPaths, helmWords } from "./helm-words.ts";

/** The program that oauth2-proxy's Helm chart starts with given values. */
export function readHelm(
  files: readonly ParsedYaml[],
  given: GivenFiles,
  manifests: readonly ParsedYaml[],
): Programs {
  const [first, second] = files;
  if (first === undefined) return { programs: [], problems: [] };
  const objects = new KubernetesObjects(manifests);
  const programs = chartValuesIn(first.roots[0]).map(({ name, node }) => {
    const values = new HelmValues(first, node);
    if (second !== undefined)
      values.problems.push({
        place: second.file.name,
        message: `is a second file of Helm values: merge it into ${values.file}`,
      });
    for (const extra of first.roots.slice(1))
      values.fault(extra.line, "is a second document, which Helm does not read: remove it");
    return programOf(name, values, objects, given);
  });
  return { programs, problems: [] };
}

function programOf(
  name: string,
  values: HelmValues,
  objects: KubernetesObjects,
  given: GivenFiles,
): Program {
  const environment = helmEnvironment(values, objects);
  const words = helmWords(values).map(({ text, place }) => ({
    text: expanded(text, environment),
    place,
  }));
  return {
    name,
    image: "oauth2-proxy",
    place: values.file,
    environment,
    words,
    source: "Helm",
    remarks: [...values.remarks(), ...unused(values)],
    problems: values.problems,
    fileAt: (path) => fileAt(path, values, objects) ?? given.take(path, values.file),
  };
}

/** The files that the chart mounts. */
function fileAt(
  path: string,
  values: HelmValues,
  objects: KubernetesObjects,
): ImportFile | undefined {
  const other = (kind: "ConfigMap" | "Secret", key: string, ...at: string[]) =>
    objects.data(kind, values.text(...at))?.file(key);
  switch (path) {
    case helmPaths.config:
      return values.text("config", "existingConfig") === undefined
        ? configFile(values)
        : other("ConfigMap", "oauth2_proxy.cfg", "config", "existingConfig");
    case helmPaths.alpha:
      return hasOther(values, "alphaConfig")
        ? (other("ConfigMap", "oauth2_proxy.yml", "alphaConfig", "existingConfig") ??
            other("Secret", "oauth2_proxy.yml", "alphaConfig", "existingSecret"))
        : alphaFile(values);
    case helmPaths.emails: {
      const key = values.text("authenticatedEmailsFile", "restrictedUserAccessKey");
      const at = ["authenticatedEmailsFile", "template"];
      const name = key ?? "restricted_user_access";
      return values.text(...at) === undefined
        ? inline(values, "authenticatedEmailsFile", "restricted_access")
        : (other("ConfigMap", name, ...at) ?? other("Secret", name, ...at));
    }
    case helmPaths.htpasswd:
      return values.text("htpasswdFile", "existingSecret") === undefined
        ? helmFile(
            values,
            "htpasswdFile",
            (values.list("htpasswdFile", "entries") ?? []).join("\n"),
          )
        : other("Secret", "users.txt", "htpasswdFile", "existingSecret");
    default:
      return undefined;
  }
}

function inline(values: HelmValues, ...path: string[]): ImportFile | undefined {
  const node = values.node(...path);
  return node === undefined ? undefined : embeddedFile(values.file, path.join("."), node);
}

function hasOther(values: HelmValues, key: string): boolean {
  return ["existingConfig", "existingSecret"].some((one) => values.text(key, one) !== undefined);
}

/**
 * The written configuration file, or the one that the chart makes of emailDomains and upstreams. Older charts make none
 * if it is written as an empty text, and newer ones allow all domains then: none is the narrower reading.
 */
function configFile(values: HelmValues): ImportFile {
  const written = values.text("config", "configFile");
  const file = inline(values, "config", "configFile");
  if (written !== undefined && file !== undefined) return file;
  const domains = values.list("config", "emailDomains");
  const isEmpty = values.entry("config", "configFile") !== undefined && written === undefined;
  const upstreams = values.list("config", "upstreams");
  const lines = [
    domains === undefined && isEmpty ? "" : `email_domains = ${JSON.stringify(domains ?? ["*"])}`,
    upstreams === undefined || values.isOn(["alphaConfig", "enabled"])
      ? ""
      : `upstreams = ${JSON.stringify(upstreams)}`,
  ];
  return helmFile(values, "the chart's default configFile", lines.join("\n"));
}

/** The chart's own parts, and the written ones behind them. */
function alphaFile(values: HelmValues): ImportFile {
  const part = (key: string, name: string, port: number) => {
    const node = values.node("alphaConfig", key);
    const own = node === undefined ? {} : plainOf(node);
    return {
      [name]: { BindAddress: `0.0.0.0:${port}`, ...(isObject(own) ? own : { [key]: own }) },
    };
  };
  const parts = {
    ...part("serverConfigData", "server", 4180),
    ...(values.isOn(["metrics", "enabled"], true)
      ? part("metricsConfigData", "metricsServer", 44_180)
      : {}),
  };
  const data = values.node("alphaConfig", "configData");
  const texts = [
    stringifyYAML(parts),
    data === undefined ? "" : stringifyYAML(plainOf(data)),
    values.text("alphaConfig", "configFile") ?? "",
  ];
  return helmFile(values, "alphaConfig", texts.join("\n"));
}

/** What is written, and what the chart does not use. */
function unused(values: HelmValues): Program["remarks"][number][] {
  const isAlpha = values.isOn(["alphaConfig", "enabled"]);
  const file = values.text("config", "configFile") ?? values.text("config", "existingConfig");
  const force = values.entry("config", "forceLegacyConfig");
  if (file !== undefined && force !== undefined && !values.isOn(["config", "forceLegacyConfig"]))
    values.fault(force.line, `config.forceLegacyConfig: ${twoReadings}`);
  return [
    ...(!isAlpha && values.node("alphaConfig") !== undefined
      ? [leftOut("alphaConfig", "is ignored by the chart without alphaConfig.enabled: true")]
      : []),
    ...(file !== undefined && values.node("config", "emailDomains") !== undefined
      ? [leftOut("config.emailDomains", "is ignored by the chart beside a configuration file")]
      : []),
  ];
}

const twoReadings =
  "makes newer charts ignore config.configFile and config.existingConfig, which older charts read: remove one of them";

function leftOut(subject: string, message: string) {
  return { kind: "left out", subject, message } as const;
}

import type { Word } from "./formats/program.ts";
import { itemsOf, stringOf, textOf } from "./formats/yaml-tree.ts";
import type { HelmValues } from "./helm-values.ts";

/** Where the chart mounts the files that it makes. */
export const helmPaths = {
  config: "/etc/oauth2_proxy/oauth2_proxy.cfg",
  alpha: "/etc/oauth2_proxy/oauth2_proxy.yml",
  emails: "/etc/oauth2-proxy/accesslist",
  htpasswd: "/etc/oauth2_proxy/htpasswd/users.txt",
} as const;

/** The command line that the chart writes. */
export function helmWords(values: HelmValues): Word[] {
  const isAlpha = values.isOn(["alphaConfig", "enabled"]);
  const extra = [...commandWords(values), ...extraArgs(values)];
  const usual = isAlpha ? [] : addresses(values);
  return [
    ...commandWords(values),
    ...usual.filter(({ text }) => !extra.some((one) => flagOf(one.text) === flagOf(text))),
    ...(isAlpha ? [word(values, `--alpha-config=${helmPaths.alpha}`, "alphaConfig")] : []),
    ...option(values, "--cookie-name", "config", "cookieName"),
    ...extraArgs(values),
    ...(hasConfigFile(values)
      ? [word(values, `--config=${helmPaths.config}`, "config", configKey(values))]
      : []),
    ...file(values, "authenticatedEmailsFile", `--authenticated-emails-file=${helmPaths.emails}`),
    ...google(values),
    ...file(values, "htpasswdFile", `--htpasswd-file=${helmPaths.htpasswd}`),
  ];
}

/** The chart makes none if both switches are off. */
function hasConfigFile(values: HelmValues): boolean {
  if (values.text("config", "configFile") !== undefined) return true;
  if (values.text("config", "existingConfig") !== undefined) return true;
  return (
    values.isOn(["config", "forceLegacyConfig"], true) || values.isOn(["alphaConfig", "enabled"])
  );
}

function configKey(values: HelmValues): string {
  return values.text("config", "existingConfig") === undefined ? "configFile" : "existingConfig";
}

function commandWords(values: HelmValues): Word[] {
  return (values.list("image", "command") ?? []).map((text) =>
    word(values, text, "image", "command"),
  );
}

function addresses(values: HelmValues): Word[] {
  const http = word(values, "--http-address=0.0.0.0:4180", "httpAddress");
  const metrics = word(values, "--metrics-address=0.0.0.0:44180", "metrics");
  return values.isOn(["metrics", "enabled"], true) ? [http, metrics] : [http];
}

/** A map of flags, in which a null is a flag without a value, or a list of words. */
function extraArgs(values: HelmValues): Word[] {
  const entry = values.entry("extraArgs");
  if (entry === undefined) return [];
  const { node } = entry;
  const fault = (line: number, message: string): Word[] => {
    values.fault(line, `extraArgs: ${message}`);
    return [];
  };
  if (node.kind === "map")
    return [...node.entries].flatMap(([key, { line, node: value }]) => {
      const place = `${values.file}:${line}`;
      if (value.kind === "scalar" && value.value === null) return [{ text: `--${key}`, place }];
      const text = textOf(value);
      return text === undefined
        ? fault(
            line,
            `${key}: is not one text: write extraArgs as a list to repeat a flag, and put numbers in quotes`,
          )
        : [{ text: `--${key}=${text}`, place }];
    });
  if (node.kind !== "list")
    return fault(entry.line, "is neither a map of flags nor a list of words");
  return itemsOf(node).flatMap((item) => {
    const text = stringOf(item);
    return text === undefined
      ? fault(item.line, "has a word that is not a text: put it in quotes")
      : [{ text, place: `${values.file}:${item.line}` }];
  });
}

function file(values: HelmValues, key: string, text: string): Word[] {
  return values.isOn([key, "enabled"]) ? [word(values, text, key)] : [];
}

function google(values: HelmValues): Word[] {
  const path = ["config", "google"];
  const usesDefault = values.isOn([...path, "useApplicationDefaultCredentials"]);
  const hasAccount = ["serviceAccountJson", "existingSecret"].some(
    (key) => values.text(...path, key) !== undefined,
  );
  const groups = (values.list(...path, "groups") ?? []).map((group) =>
    word(values, `--google-group=${group}`, ...path, "groups"),
  );
  if (values.text(...path, "adminEmail") === undefined || !(usesDefault || hasAccount))
    return groups;
  const account = usesDefault
    ? "--google-use-application-default-credentials=true"
    : "--google-service-account-json=/google/service-account.json";
  return [
    ...option(values, "--google-admin-email", ...path, "adminEmail"),
    word(values, account, ...path),
    ...option(values, "--google-target-principal", ...path, "targetPrincipal"),
    ...groups,
  ];
}

function option(values: HelmValues, flag: string, ...path: string[]): Word[] {
  const text = values.text(...path);
  return text === undefined ? [] : [word(values, `${flag}=${text}`, ...path)];
}

function word(values: HelmValues, text: string, ...path: string[]): Word {
  return { text, place: values.place(...path) };
}

function flagOf(text: string): string {
  return text.split("=", 1)[0] ?? "";
}

import { containerEnvironment } from "./formats/kubernetes-environment.ts";
import type { KubernetesObjects } from "./formats/kubernetes-objects.ts";
import { lastOfEach, type Variable } from "./formats/program.ts";
import type { HelmValues } from "./helm-values.ts";

/** The chart's placeholders, which are no values. */
const placeholder = /^X+$/;

/** The environment that the chart writes: its own variables, overridden by extraEnv. */
export function helmEnvironment(values: HelmValues, objects: KubernetesObjects): Variable[] {
  const reader = { file: values.file, objects, problems: values.problems };
  return lastOfEach([
    ...containerEnvironment(undefined, values.node("envFrom"), reader),
    ...(values.isOn(["proxyVarsAsSecrets"], true) ? secrets(values, objects) : []),
    ...(values.text("sessionStorage", "type") === "redis" ? redis(values) : []),
    ...containerEnvironment(values.node("extraEnv"), undefined, reader),
  ]);
}

/** The client and the cookie secret, written here or in a Secret. */
function secrets(values: HelmValues, objects: KubernetesObjects): Variable[] {
  const kept = values.list("config", "requiredSecretKeys");
  const name = values.text("config", "existingSecret");
  const secret = objects.data("Secret", name);
  return ["client-id", "client-secret", "cookie-secret"].flatMap((key): Variable[] => {
    const path = key
      .replace(/-(\w)/, (_, letter: string) => letter.toUpperCase())
      .replace("Id", "ID");
    const written = values.text("config", path);
    const value = secret?.text(key) ?? written;
    if (kept !== undefined && !kept.includes(key)) return [];
    const variable = `OAUTH2_PROXY_${key.toUpperCase().replace("-", "_")}`;
    const place = values.place("config", name === undefined ? path : "existingSecret");
    if (value !== undefined && !placeholder.test(value)) return [{ name: variable, value, place }];
    const filledIn = { filledIn: key, from: `the Secret "${name}"` };
    return name === undefined ? [] : [{ name: variable, value: filledIn, place }];
  });
}

/** The session store. A Redis of the chart's own has an address that only the chart knows. */
function redis(values: HelmValues): Variable[] {
  const path = ["sessionStorage", "redis"];
  const place = values.place("sessionStorage");
  const variable = (name: string, value: string | undefined): Variable[] =>
    value === undefined ? [] : [{ name: `OAUTH2_PROXY_${name}`, value, place }];
  const password = (name: string, ...key: string[]): Variable[] => {
    const written = values.text(...path, ...key);
    const secret =
      values.text(...path, ...key.slice(0, -1), "existingSecret") ??
      values.text(...path, "existingSecret");
    const value = { filledIn: name, from: `the Secret "${secret}"` };
    return secret === undefined
      ? variable(name, written)
      : [{ name: `OAUTH2_PROXY_${name}`, value, place }];
  };
  const urls = (key: string) => {
    const node = values.node(...path, key, "connectionUrls");
    return node?.kind === "list"
      ? values.list(...path, key, "connectionUrls")?.join(",")
      : values.text(...path, key, "connectionUrls");
  };
  const own = {
    standalone: variable(
      "REDIS_CONNECTION_URL",
      values.text(...path, "standalone", "connectionUrl"),
    ),
    cluster: [
      ...variable("REDIS_USE_CLUSTER", "true"),
      ...variable("REDIS_CLUSTER_CONNECTION_URLS", urls("cluster")),
    ],
    sentinel: [
      ...variable("REDIS_USE_SENTINEL", "true"),
      ...variable("REDIS_SENTINEL_MASTER_NAME", values.text(...path, "sentinel", "masterName")),
      ...variable("REDIS_SENTINEL_CONNECTION_URLS", urls("sentinel")),
      ...password("REDIS_SENTINEL_PASSWORD", "sentinel", "password"),
    ],
  };
  const type = values.text(...path, "clientType") ?? "standalone";
  return [
    ...variable("SESSION_STORE_TYPE", "redis"),
    ...password("REDIS_PASSWORD", "password"),
    ...(type === "cluster" || type === "sentinel" ? own[type] : own.standalone),
  ];
}

import { inSecret } from "./formats/interpolation.ts";
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
    const isUsed = name === undefined || key === "client-id";
    const value = secret?.text(key) ?? (isUsed ? written : undefined);
    if (kept !== undefined && !kept.includes(key)) return [];
    const id = `OAUTH2_PROXY_${key.toUpperCase().replace("-", "_")}`;
    const place = values.place("config", name === undefined ? path : "existingSecret");
    if (value !== undefined && !placeholder.test(value)) return [{ name: id, value, place }];
    return name === undefined ? [] : [{ name: id, value: inSecret(key, name), place }];
  });
}

const redisPath = ["sessionStorage", "redis"];

/** The session store. A Redis of the chart's own has an address that only the chart knows. */
function redis(values: HelmValues): Variable[] {
  const clients: Readonly<Record<string, (of: HelmValues) => Variable[]>> = { cluster, sentinel };
  const type = values.text(...redisPath, "clientType") ?? "standalone";
  const url = values.text(...redisPath, "standalone", "connectionUrl");
  return [
    ...variable(values, "SESSION_STORE_TYPE", "redis"),
    ...password(values, "REDIS_PASSWORD"),
    ...(clients[type]?.(values) ?? variable(values, "REDIS_CONNECTION_URL", url)),
  ];
}

function cluster(values: HelmValues): Variable[] {
  return [
    ...variable(values, "REDIS_USE_CLUSTER", "true"),
    ...variable(values, "REDIS_CLUSTER_CONNECTION_URLS", urls(values, "cluster")),
  ];
}

function sentinel(values: HelmValues): Variable[] {
  const master = values.text(...redisPath, "sentinel", "masterName");
  return [
    ...variable(values, "REDIS_USE_SENTINEL", "true"),
    ...variable(values, "REDIS_SENTINEL_MASTER_NAME", master),
    ...variable(values, "REDIS_SENTINEL_CONNECTION_URLS", urls(values, "sentinel")),
    ...password(values, "REDIS_SENTINEL_PASSWORD", "sentinel"),
  ];
}

/** A list, or one text with commas. */
function urls(values: HelmValues, type: string): string | undefined {
  const path = [...redisPath, type, "connectionUrls"];
  return values.node(...path)?.kind === "list"
    ? values.list(...path)?.join(",")
    : values.text(...path);
}

/** Written here, or in a Secret. */
function password(values: HelmValues, name: string, ...group: string[]): Variable[] {
  const secret =
    values.text(...redisPath, ...group, "existingSecret") ??
    values.text(...redisPath, "existingSecret");
  const written = values.text(...redisPath, ...group, "password");
  return variable(values, name, secret === undefined ? written : inSecret(name, secret));
}

function variable(
  values: HelmValues,
  name: string,
  value: Variable["value"] | undefined,
): Variable[] {
  const place = values.place("sessionStorage");
  return value === undefined ? [] : [{ name: `OAUTH2_PROXY_${name}`, value, place }];
}

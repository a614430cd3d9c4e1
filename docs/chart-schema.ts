import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describedStructure } from "./schema-file.ts";
import { root } from "./source-files.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

const text: JsonSchema = { type: "string" };
const flag: JsonSchema = { type: "boolean" };
const texts: JsonSchema = { type: "object", additionalProperties: text };
/** The API server checks these, against the schema of its own version. */
const ofKubernetes: JsonSchema = { type: "object" };
const listOfKubernetes: JsonSchema = { type: "array", items: ofKubernetes };

function group(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { type: "object", additionalProperties: false, properties };
}

const properties: Readonly<Record<string, JsonSchema>> = {
  // A doorward.yaml, as a mapping or a text. doorward itself checks more than this.
  config: { ...describedStructure(), type: ["object", "string", "null"] },
  replicas: { type: "integer", minimum: 1 },
  image: group({
    repository: { type: "string", minLength: 1 },
    tag: text,
    pullPolicy: { enum: ["Always", "IfNotPresent", "Never"] },
  }),
  imagePullSecrets: listOfKubernetes,
  secret: group({
    existing: text,
    values: texts,
    variables: {
      type: "object",
      additionalProperties: false,
      patternProperties: { "^DOORWARD_[A-Z0-9_]+_FILE$": { type: "string", minLength: 1 } },
    },
  }),
  persistence: group({
    enabled: flag,
    existingClaim: text,
    storageClass: text,
    size: text,
  }),
  networkPolicy: group({ enabled: flag, proxies: listOfKubernetes, metrics: listOfKubernetes }),
  serviceMonitor: group({ enabled: flag, interval: text, labels: texts }),
  proxyResources: texts,
  resources: ofKubernetes,
  env: listOfKubernetes,
  volumes: listOfKubernetes,
  volumeMounts: listOfKubernetes,
  serviceAccountName: text,
  podLabels: texts,
  podAnnotations: texts,
  priorityClassName: text,
  nodeSelector: texts,
  tolerations: listOfKubernetes,
  affinity: ofKubernetes,
  nameOverride: text,
  fullnameOverride: text,
  /** Helm adds it, for charts that contain this one. */
  global: ofKubernetes,
};

/** Helm's regular expressions are Go's, which look neither ahead nor back, and have no references. */
function forGo(key: string, value: unknown): unknown {
  const isForeign = key === "pattern" && typeof value === "string" && /\(\?<?[=!]/.test(value);
  return isForeign ? undefined : value;
}

/** The whole of deploy/helm/doorward/values.schema.json. */
export function chartSchema(): string {
  // Every Helm 3 and 4 reads this draft.
  const whole = { $schema: "http://json-schema.org/draft-07/schema#", ...group(properties) };
  return `${JSON.stringify(whole, forGo, 2)}\n`;
}

if (import.meta.main)
  writeFileSync(join(root, "deploy/helm/doorward/values.schema.json"), chartSchema());

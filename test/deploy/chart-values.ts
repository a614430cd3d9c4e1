import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseYAML } from "confbox";
import { chartFolder } from "./helm.ts";

/** The values of an example, with others in their place. */
export function exampleValues(name: string, others: object = {}): Record<string, unknown> {
  const text = readFileSync(join(chartFolder, "examples", `${name}.yaml`), "utf8");
  return { ...parseYAML<Record<string, unknown>>(text), ...others };
}

const config = {
  url: "https://auth.example.com/",
  cookie: { domain: "example.com" },
  providers: { company: { type: "oidc", issuer: "https://id.example.com", clientId: "doorward" } },
  access: { verified: true },
  storage: { driver: "redis", url: "rediss://redis:6379" },
  rules: [{ path: "/api/**", basic: true, allow: "signed-in" }],
  users: "/run/secrets/doorward/users",
  listen: { host: "::", port: 8080 },
  admin: { host: "localhost", port: 8081 },
};

/** Every option has a value other than its default, except for the persistent volume, which Redis does not need. */
export const allOptions = {
  config,
  replicas: 4,
  image: {
    repository: "registry.example.com/doorward",
    tag: "1.2.3@sha256:abc",
    pullPolicy: "Always",
  },
  imagePullSecrets: [{ name: "registry" }],
  secret: {
    values: { secret: "s", "client-secret": "c", users: "ada:x", redis: "r" },
    variables: {
      DOORWARD_PROVIDERS_COMPANY_CLIENT_SECRET_FILE: "client-secret",
      DOORWARD_STORAGE_PASSWORD_FILE: "redis",
    },
  },
  networkPolicy: {
    proxies: [{ namespaceSelector: { matchLabels: { name: "envoy" } } }],
    metrics: [{ podSelector: { matchLabels: { name: "prometheus" } } }],
  },
  serviceMonitor: { enabled: true, interval: "15s", labels: { release: "prometheus" } },
  resources: { limits: { memory: "1Gi" } },
  env: [{ name: "NODE_EXTRA_CA_CERTS", value: "/etc/ca/ca.pem" }],
  volumes: [{ name: "ca", configMap: { name: "ca" } }],
  volumeMounts: [{ name: "ca", mountPath: "/etc/ca" }],
  serviceAccountName: "doorward",
  podLabels: { team: "web" },
  podAnnotations: { note: "x" },
  priorityClassName: "high",
  nodeSelector: { disk: "ssd" },
  tolerations: [{ key: "dedicated", operator: "Exists" }],
  affinity: {
    nodeAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        {
          weight: 1,
          preference: { matchExpressions: [{ key: "zone", operator: "In", values: ["a"] }] },
        },
      ],
    },
  },
  nameOverride: "door",
  fullnameOverride: "doorward",
};

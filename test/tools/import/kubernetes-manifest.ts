import { imported } from "./importing.ts";

/** The least environment, with access for every account. */
export const env = [
  "env:",
  "  - { name: OAUTH2_PROXY_CLIENT_ID, value: door }",
  "  - { name: OAUTH2_PROXY_CLIENT_SECRET, valueFrom: { secretKeyRef: { name: door, key: secret } } }",
  "  - { name: OAUTH2_PROXY_REDIRECT_URL, value: https://auth.example.com/oauth2/callback }",
  '  - { name: OAUTH2_PROXY_EMAIL_DOMAINS, value: "*" }',
  "  - { name: OAUTH2_PROXY_PROVIDER, value: oidc }",
  "  - { name: OAUTH2_PROXY_OIDC_ISSUER_URL, value: https://id.example.com }",
];

export function deployment(
  own: readonly string[],
  pod: readonly string[] = [],
  name = "gate",
): string[] {
  return [
    "apiVersion: apps/v1",
    "kind: Deployment",
    `metadata: { name: ${name} }`,
    "spec:",
    "  template:",
    "    spec:",
    ...pod.map((line) => `      ${line}`),
    "      containers:",
    "        - name: oauth2-proxy",
    "          image: quay.io/oauth2-proxy/oauth2-proxy:v7.15.6",
    ...own.map((line) => `          ${line}`),
  ];
}

export function configMap(name: string, data: readonly string[]): string[] {
  return [
    "---",
    "apiVersion: v1",
    "kind: ConfigMap",
    `metadata: { name: ${name} }`,
    "data:",
    ...data.map((line) => `  ${line}`),
  ];
}

export const read = (
  lines: readonly string[],
  options: Omit<Parameters<typeof imported>[1], "name"> = {},
) => imported(lines, { name: "gate.yaml", ...options });

export const mount = ["volumeMounts: [{ name: conf, mountPath: /etc/gate/ }]"];
export const volume = ["volumes: [{ name: conf, configMap: { name: gate-conf } }]"];
export const groups = "name: OAUTH2_PROXY_ALLOWED_GROUPS";

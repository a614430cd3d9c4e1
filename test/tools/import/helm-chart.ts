import { imported } from "./importing.ts";

export const config = ["config:", "  clientID: door", "  clientSecret: s", "  cookieSecret: c"];
export const args = [
  "extraArgs:",
  "  provider: oidc",
  "  oidc-issuer-url: https://id.example.com",
  "  redirect-url: https://auth.example.com/oauth2/callback",
];

export const read = (
  lines: readonly string[],
  options: Omit<Parameters<typeof imported>[1], "name"> = {},
) => imported(lines, { name: "values.yaml", ...options });

export const file = (...lines: string[]) => [
  "  configFile: |-",
  ...lines.map((line) => `    ${line}`),
];

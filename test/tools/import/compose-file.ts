import { imported } from "./importing.ts";

/** A compose file whose service has the least options, and lines of its own. */
export function compose(
  own: readonly string[],
  { head = [], tail = [] }: Record<string, string[]> = {},
) {
  return [
    ...head,
    "services:",
    "  oauth2-proxy:",
    "    image: quay.io/oauth2-proxy/oauth2-proxy:v7.15.6",
    ...own.map((line) => `    ${line}`),
    ...tail,
  ];
}

export const environment = [
  "environment:",
  "  OAUTH2_PROXY_CLIENT_ID: door",
  "  OAUTH2_PROXY_CLIENT_SECRET: s",
  "  OAUTH2_PROXY_REDIRECT_URL: https://auth.example.com/oauth2/callback",
  '  OAUTH2_PROXY_EMAIL_DOMAINS: "*"',
  "  OAUTH2_PROXY_PROVIDER: oidc",
  "  OAUTH2_PROXY_OIDC_ISSUER_URL: https://id.example.com",
];

/** The import of a compose file. */
export const read = (
  lines: readonly string[],
  options: Omit<Parameters<typeof imported>[1], "name"> = {},
) => imported(lines, { name: "compose.yaml", ...options });

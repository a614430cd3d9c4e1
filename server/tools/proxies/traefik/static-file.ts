import type { PublicHost } from "../public-hosts.ts";
import { entryPointOf } from "./routers.ts";

/** What Traefik is started with, v2 or v3. */
export function staticFile(hosts: readonly PublicHost[]): string {
  const entryPoints = new Map(hosts.map((host) => [entryPointOf(host), host]));
  const listeners = [...entryPoints].map(([name, { port, scheme }]) =>
    scheme === "https" ? overTls(name, port) : plain(name, port),
  );
  const isRedirected = entryPoints.has("websecure");
  return [head, ...(isRedirected ? [redirecting] : []), ...listeners, providers].join("");
}

const head = `# Traefik's own settings, as \`doorward config traefik\` prints them for a doorward.yaml: for Traefik 3.7.12 or
# 2.11.56 and later. Earlier ones let a visitor send X.Auth.Request.User beside X-Auth-Request-User, which many apps
# read as the same, and do not start with aliasHeadersStrategy.
# CHANGE marks what doorward cannot know: where certificates come from.

entryPoints:
`;

const redirecting = `  web:
    address: ":80"
    http:
      aliasHeadersStrategy: delete
      redirections:
        entryPoint:
          to: websecure
          scheme: https
`;

function overTls(name: string, port: number): string {
  return `${plain(name, port)}      tls: {} # CHANGE: certResolver: …
`;
}

function plain(name: string, port: number): string {
  return `  ${name}:
    address: ":${port}"
    # The load balancer before this, if there is one, and nobody else: whoever is trusted here says which host
    # doorward is asked about. Never \`insecure: true\`.
    forwardedHeaders:
      trustedIPs: []
    http:
      aliasHeadersStrategy: delete
`;
}

const providers = `
providers:
  file:
    directory: /etc/traefik/dynamic
`;

import type { PublicHost } from "../public-hosts.ts";
import { entryPointOf } from "./routers.ts";

/** Traefik's static configuration, v2 or v3. */
export function staticFile(hosts: readonly PublicHost[]): string {
  const entryPoints = new Map(hosts.map((host) => [entryPointOf(host), host]));
  const listeners = [...entryPoints].map(([name, { port, scheme }]) =>
    scheme === "https" ? overTls(name, port) : plain(name, port),
  );
  const isRedirected = entryPoints.has("websecure") && !entryPoints.has("web");
  return [
    head,
    ...(isRedirected ? [plain("web", 80)] : []),
    ...listeners,
    accessLog,
    providers,
  ].join("");
}

const head = `# Traefik's static configuration, printed by \`doorward config traefik\` from a doorward.yaml. Needs Traefik 3.7.12 or
# 2.11.56 or later. Earlier versions pass a visitor's X.Auth.Request.User to the app, which many apps read as
# X-Auth-Request-User, and do not start with aliasHeadersStrategy.
# Edit the lines marked CHANGE: where certificates come from.

entryPoints:
`;

function overTls(name: string, port: number): string {
  return `${plain(name, port)}      tls: {} # CHANGE: certResolver: …
`;
}

function plain(name: string, port: number): string {
  return `  ${name}:
    address: ":${port}"
    # Only the load balancer in front of Traefik, if any. It has to set X-Forwarded-For, -Proto and -Port and
    # X-Real-Ip itself, or remove them: Traefik believes them. Never set \`insecure: true\`.
    forwardedHeaders:
      trustedIPs: []
    http:
      aliasHeadersStrategy: delete
`;
}

/** Traefik itself makes no ids, and a visitor's is not sent to /verify. */
const accessLog = `
# Each refusal has the id of doorward's log line and page here, as downstream_X-Request-Id. No path, because Traefik logs
# it with its query, and that of /callback has codes of the issuer: doorward's log has the paths of its events.
accessLog:
  format: json
  fields:
    names:
      RequestPath: drop
    headers:
      defaultMode: drop
      names:
        X-Request-Id: keep
`;

const providers = `
providers:
  file:
    directory: /etc/traefik/dynamic
`;

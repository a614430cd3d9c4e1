/**
 * A middleware before every `forwardAuth`. With `trustForwardHeader: true`, Traefik tells doorward the request that
 * these headers describe, and a trusted load balancer passes on what the visitor sent.
 */
export const realRequest = {
  name: "doorward-real-request",
  headers: ["X-Forwarded-Host", "X-Forwarded-Method", "X-Forwarded-Uri"],
} as const;

/** The middleware in YAML. */
export const realRequestOptions = `headers:
  # An empty value removes a header. doorward and the app get the host, method and URI of the request itself, even
  # behind a load balancer that passes on these headers of the visitor.
  customRequestHeaders:
${realRequest.headers.map((name) => `    ${name}: ""\n`).join("")}`;

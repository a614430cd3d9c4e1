/**
 * Limits a route to TLS or to plain http. APISIX prefers the route with the longer path, whatever the priority,
 * so without it a page of doorward would answer where everything else leads to https.
 */
export function onlyBy(scheme: "https" | "http", ...more: readonly string[]): string {
  return `    vars: [${[`[scheme, "==", ${scheme}]`, ...more].join(", ")}]\n`;
}

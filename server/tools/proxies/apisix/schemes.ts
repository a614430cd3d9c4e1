/**
 * Limits a route to https or http. APISIX prefers the route with the longer path, whatever the priority, so
 * without this limit doorward's endpoints would answer over http instead of redirecting to https.
 */
export function onlyBy(scheme: "https" | "http", ...more: readonly string[]): string {
  return `    vars: [${[`[scheme, "==", ${scheme}]`, ...more].join(", ")}]\n`;
}

import { visitorHeaders } from "../../../forwarded/request-headers.ts";
import { namesAboutTheRequest, namesToStrip } from "../visitor-headers.ts";

/** Limit for a response of doorward, whose pages are small. */
const mostBytes = 65_536;

/** The `forwardAuth` options shared by all middlewares, in YAML. */
export function forwardAuthOptions(identityHeaders: readonly string[]): string {
  return `# Ignore X-Forwarded-* sent by the visitor. Behind a load balancer: set \`true\`, and list the load balancer's
# addresses in the entry point's \`forwardedHeaders.trustedIPs\`.
trustForwardHeader: false
# The headers that doorward reads; no other visitor header is sent to it.
authRequestHeaders:
${list(visitorHeaders)}
# doorward's identity headers replace those sent by the visitor. The other names are identity headers that apps
# may trust: doorward never sends them, so Traefik removes them.
authResponseHeaders:
${list(answeredHeaders(identityHeaders))}
# Without a limit, Traefik reads a response of any size.
maxResponseBodySize: ${mostBytes}
`;
}

/** The same options as Docker labels. */
export function forwardAuthLabels(identityHeaders: readonly string[]): Record<string, string> {
  return {
    trustForwardHeader: "false",
    authRequestHeaders: visitorHeaders.join(","),
    authResponseHeaders: answeredHeaders(identityHeaders).join(","),
    maxResponseBodySize: String(mostBytes),
  };
}

/** Traefik removes each from the visitor's request, then sets it if doorward's response has it. */
function answeredHeaders(identityHeaders: readonly string[]): string[] {
  return [...identityHeaders, ...namesToStrip(identityHeaders), ...namesAboutTheRequest];
}

function list(names: readonly string[]): string {
  return names.map((name) => `  - "${name}"`).join("\n");
}

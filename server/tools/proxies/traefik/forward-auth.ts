import { visitorHeaders } from "../../../forwarded/request-headers.ts";
import { familiesToStrip, otherNamesToStrip } from "../visitor-headers.ts";

/** Limit for a response of doorward: a page of 12 KB, with a picture of 64 KB in base64. */
const mostBytes = 131_072;

/** The `forwardAuth` options shared by all middlewares, in YAML. */
export function forwardAuthOptions(identityHeaders: readonly string[]): string {
  return `# Ignore X-Forwarded-* sent by the visitor. Behind a load balancer: set \`true\`, list the load balancer's addresses
# in the entry point's \`forwardedHeaders.trustedIPs\`, and keep doorward-real-request in front of this middleware:
# without it, a visitor chooses the request that doorward checks.
trustForwardHeader: false
# The headers that doorward reads; no other visitor header is sent to it.
authRequestHeaders:
${list(visitorHeaders)}
# doorward's identity headers replace those sent by the visitor. doorward never sends the other names, so Traefik
# removes them.
authResponseHeaders:
${list(answeredHeaders(identityHeaders))}
# The same for whole families, because an app that trusts one header of a family often reads others too. An app
# that needs one of them from a gate in front of Traefik needs its family removed here.
authResponseHeadersRegex: "${families}"
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
    authResponseHeadersRegex: families,
    maxResponseBodySize: String(mostBytes),
  };
}

/** Traefik removes each from the visitor's request, then sets it if doorward's response has it. */
function answeredHeaders(identityHeaders: readonly string[]): string[] {
  const ours = new Set(identityHeaders);
  return [
    ...identityHeaders,
    ...otherNamesToStrip(identityHeaders).filter((name) => !ours.has(name)),
  ];
}

/** In any case: Go spells `X-WebAuth-Role` as `X-Webauth-Role`. */
const families = `(?i)^(${familiesToStrip.join("|").toLowerCase()})`;

function list(names: readonly string[]): string {
  return names.map((name) => `  - "${name}"`).join("\n");
}

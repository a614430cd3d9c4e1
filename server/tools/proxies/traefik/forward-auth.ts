import { visitorHeaders } from "../../../forwarded/request-headers.ts";
import { namesAboutTheRequest, namesToStrip } from "../visitor-headers.ts";

/** doorward's pages are small. */
const mostBytes = 65_536;

/** The options of a `forwardAuth` that are the same for every question, in YAML. */
export function forwardAuthOptions(identityHeaders: readonly string[]): string {
  return `# Nothing the visitor says of the address counts. Behind a load balancer: \`true\`, and its addresses in the
# entry point's \`forwardedHeaders.trustedIPs\`.
trustForwardHeader: false
# What doorward reads; nothing else of the visitor's reaches it.
authRequestHeaders:
${list(visitorHeaders)}
# Whom doorward names, in the place of whatever the visitor sent; and other names that apps believe, which
# doorward never sends, so that they are taken off.
authResponseHeaders:
${list(answeredHeaders(identityHeaders))}
# Without a limit Traefik would read whatever came.
maxResponseBodySize: ${mostBytes}
`;
}

/** The same options as Docker's labels say them. */
export function forwardAuthLabels(identityHeaders: readonly string[]): Record<string, string> {
  return {
    trustForwardHeader: "false",
    authRequestHeaders: visitorHeaders.join(","),
    authResponseHeaders: answeredHeaders(identityHeaders).join(","),
    maxResponseBodySize: String(mostBytes),
  };
}

/** Each is taken off the visitor's request, then set to what doorward answers, and that may be nothing. */
function answeredHeaders(identityHeaders: readonly string[]): string[] {
  return [...identityHeaders, ...namesToStrip(identityHeaders), ...namesAboutTheRequest];
}

function list(names: readonly string[]): string {
  return names.map((name) => `  - "${name}"`).join("\n");
}

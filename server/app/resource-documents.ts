import type { ProtectedResource, ProtectedResources } from "../config/protected-resources.ts";
import { forwardedRequest, isMalformed } from "../forwarded/forwarded-request.ts";
import { hostsIn } from "../http/raw-headers.ts";
import { empty, HttpResponse } from "../http/response.ts";

/** The parts of a request that choose a document. */
interface Asked {
  readonly method: string;
  readonly rawHeaders: readonly string[];
}

/**
 * Answers the address of a resource's metadata (RFC 9728 §3), exactly and on the resource's own host; undefined = no
 * resource has this address. The response is from the configuration, so that it is the same for every visitor.
 */
export function createResourceDocuments(
  resources: ProtectedResources,
): (path: string, request: Asked) => HttpResponse | undefined {
  // By path and then by origin, because many hosts can have a resource at the same path.
  const byPath = new Map<string, Map<string, HttpResponse>>();
  for (const resource of resources.values()) {
    const byOrigin = byPath.get(resource.metadataPath) ?? new Map<string, HttpResponse>();
    byPath.set(resource.metadataPath, byOrigin.set(originOf(resource), shown(resource)));
  }

  return (path, { method, rawHeaders }) => {
    const byOrigin = byPath.get(path);
    if (byOrigin === undefined) return undefined;
    const [host = "", ...more] = hostsIn(rawHeaders);
    // Of two hosts, the proxy may have read the other one.
    if (more.length > 0) return undefined;
    const response = originsOf(host)
      .map((origin) => byOrigin.get(origin))
      .find(Boolean);
    if (response === undefined) return undefined;
    return ["GET", "HEAD"].includes(method) ? response : notAllowed;
  };
}

function originOf({ scheme, host }: Pick<ProtectedResource, "scheme" | "host">): string {
  return `${scheme}://${host}`;
}

/** doorward does not see by which scheme the visitor's request came; each has a default port of its own. */
function originsOf(written: string): string[] {
  return (["https", "http"] as const).flatMap((scheme) => {
    const request = forwardedRequest("GET", scheme, written, "/");
    return isMalformed(request) ? [] : [originOf(request)];
  });
}

/** Scripts of any origin may read it, because it is public and clients also run in browsers. */
function shown({ document }: ProtectedResource): HttpResponse {
  const headers = ["Content-Type", "application/json", "Access-Control-Allow-Origin", "*"];
  return new HttpResponse(200, headers, document);
}

const notAllowed = empty(405, "Allow", "GET, HEAD");

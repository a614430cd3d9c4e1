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
  const byPath = Map.groupBy(
    new Map(Array.from(resources.values(), (one) => [one.identifier, one])).values(),
    ({ metadataPath }) => metadataPath,
  );
  const responses = new Map([...resources.values()].map((one) => [one.identifier, shown(one)]));

  return (path, { method, rawHeaders }) => {
    const [host = "", ...more] = hostsIn(rawHeaders);
    const resource = byPath.get(path)?.find((one) => isAt(one, host));
    // Of two hosts, the proxy may have read the other one.
    if (resource === undefined || more.length > 0) return undefined;
    return ["GET", "HEAD"].includes(method) ? responses.get(resource.identifier) : notAllowed;
  };
}

function isAt({ scheme, host }: ProtectedResource, written: string): boolean {
  const request = forwardedRequest("GET", scheme, written, "/");
  return !isMalformed(request) && request.host === host;
}

/** Scripts of any origin may read it, because it is public and clients also run in browsers. */
function shown({ document }: ProtectedResource): HttpResponse {
  const headers = ["Content-Type", "application/json", "Access-Control-Allow-Origin", "*"];
  return new HttpResponse(200, headers, document);
}

const notAllowed = empty(405, "Allow", "GET, HEAD");

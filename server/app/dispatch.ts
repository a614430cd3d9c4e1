import type { EntryContext, SiteContext, Verify } from "../context.ts";
import { isForwarded } from "../forwarded/read-forwarded.ts";
import { RequestHeaders } from "../forwarded/request-headers.ts";
import { hostsIn } from "../http/raw-headers.ts";
import { empty, HttpResponse } from "../http/response.ts";
import type { ShowPage } from "../pages/show-page.ts";
import { requestIdHeader } from "../observe/request-id.ts";
import { notFoundPage } from "../pages/not-found-page.ts";
import { allowedMethods, endpointsByPath, siteForHost, type SiteEndpoint } from "./endpoints.ts";
import { createDescribeRequest } from "./asked-request.ts";
import { createBesideEndpoints } from "./beside-endpoints.ts";
import type { Probe, ProbeName } from "./oauth2-proxy-probes.ts";
import { leavesVerify } from "./leaves-verify.ts";
import { createResourceDocuments } from "./resource-documents.ts";

/** A request as it was received: nothing is decoded, joined or normalized. */
export interface WireRequest {
  readonly method: string;
  /** The request target: path and query. */
  readonly url: string;
  readonly rawHeaders: readonly string[];
  /** The address at the other end of the connection. */
  readonly peer: string | undefined;
}

/** The endpoints that only proxies call. */
interface ProxyEndpoints {
  readonly verify: Verify;
  readonly auth: Verify;
}

/** The endpoints that need no site. */
type Probes = Readonly<Record<ProbeName, Probe>>;

/** An endpoint for browsers, and its site. */
export interface BrowserRoute {
  readonly name: Exclude<SiteEndpoint["name"], keyof ProxyEndpoints | ProbeName | "root">;
  readonly context: SiteContext;
}

export type Dispatched = HttpResponse | Promise<HttpResponse> | BrowserRoute;

/**
 * Finds the endpoint by the raw path, byte for byte: an encoded, slash-suffixed or absolute spelling is 404. Answers
 * `/verify` and what no endpoint handles; the rest is a `BrowserRoute`. The Node listener and the h3 app both
 * dispatch by this function.
 */
export function createDispatch(
  contexts: readonly EntryContext[],
  proxyEndpoints: ProxyEndpoints,
  probes: Probes,
  showPage: ShowPage,
): (request: WireRequest) => Dispatched {
  const endpoints = endpointsByPath(contexts);
  const resources = contexts[0]?.resources;
  const documentAt = resources?.size ? createResourceDocuments(resources) : undefined;
  const findBeside = createBesideEndpoints(endpoints);
  const describe = createDescribeRequest(contexts[0]?.config.trustedProxies ?? []);
  // If another dialect is pinned, paths below `/verify` do not exist.
  const extAuthzSites = contexts.filter(({ config }) =>
    [undefined, "ext-authz"].includes(config.dialect),
  );

  return (request) => {
    const { url, rawHeaders } = request;
    const queryStart = url.indexOf("?");
    const path = queryStart === -1 ? url : url.slice(0, queryStart);
    const endpoint = endpoints.get(path);
    if (endpoint === undefined) return documentAt?.(path, request) ?? answerExtAuthz(request);
    const name = endpoint.name === "root" ? "verify" : endpoint.name;
    if (name === "ping" || name === "ready" || name === "robots")
      return isThroughProxy(rawHeaders) ? notFound(request) : probes[name]();
    if (name !== "verify" && name !== "auth") {
      const route = browserRoute(request, endpoint, name) ?? notFound(request);
      return route instanceof HttpResponse ? identified(route, request) : route;
    }
    // Without a proxy's headers this is a visitor who opens the root.
    if (endpoint.name === "root" && !isForwarded(new RequestHeaders(rawHeaders)))
      return notFound(request);
    // A proxy may send any `Host`; the forwarded request determines the site.
    const query = queryStart === -1 ? "" : url.slice(queryStart + 1);
    const { method, peer } = request;
    return proxyEndpoints[name]({ method, query, uri: undefined, rawHeaders, peer });
  };

  /** The rest of the path after `/verify` is the visitor's URI: its dots, slashes and query are not interpreted here. */
  function answerExtAuthz(request: WireRequest) {
    const { method, url, rawHeaders, peer } = request;
    const context = extAuthzSites.find(({ entry }) => url.startsWith(`${entry.base}/verify/`));
    if (context === undefined || leavesVerify(context.entry.base, url)) return notFound(request);
    const uri = url.slice(`${context.entry.base}/verify`.length);
    return proxyEndpoints.verify({ method, query: "", uri, rawHeaders, peer });
  }

  function notFound(request: WireRequest): HttpResponse {
    const context = siteForHost(contexts, request.rawHeaders);
    const asked = describe(request, context);
    const headers = new RequestHeaders(request.rawHeaders);
    const nearest = findBeside(asked.path ?? "", isForwarded(headers));
    const mend = `the endpoint is ${nearest}: correct url, or the address in the proxy or at the issuer`;
    if (nearest !== undefined)
      contexts[0]?.audit("refused", "no_endpoint", asked, { nearest, mend });
    const page = showPage(notFoundPage(context?.site), headers.get("accept-language"));
    return page.with(requestIdHeader, asked.requestId);
  }

  function identified(response: HttpResponse, request: WireRequest): HttpResponse {
    return response.with(requestIdHeader, describe(request).requestId);
  }
}

/**
 * Whether a proxy passed the request on. Envoy without a `path_prefix` asks at the visitor's own path, always with
 * X-Forwarded-For: a 200 of a probe would let a visitor's request for that path of an app pass.
 */
function isThroughProxy(rawHeaders: readonly string[]): boolean {
  const headers = new RequestHeaders(rawHeaders);
  return headers.get("x-forwarded-for") !== undefined || isForwarded(headers);
}

/** The endpoint of the site that the request is for; undefined = no site has it. */
function browserRoute(
  { method, rawHeaders }: WireRequest,
  endpoint: SiteEndpoint,
  name: BrowserRoute["name"],
): HttpResponse | BrowserRoute | undefined {
  const context = siteForHost(endpoint.contexts, rawHeaders);
  if (context === undefined) return undefined;
  if (!hasOneHost(rawHeaders)) return empty(400);
  const allowed = allowedMethods(endpoint, context);
  if (allowed?.includes(method) === false) return empty(405, "Allow", allowed.join(", "));
  return { name, context };
}

/**
 * RFC 9112 §3.2: reject duplicate Host headers; HTTP/1.0 may have none. srvx throws, outside of every handler, at a
 * host that is not part of a URL.
 */
function hasOneHost(rawHeaders: readonly string[]): boolean {
  const hosts = hostsIn(rawHeaders);
  return hosts.length <= 1 && hosts.every((written) => URL.canParse(`http://${written}/`));
}

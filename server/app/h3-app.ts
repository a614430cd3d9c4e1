import { H3, HTTPResponse, type H3Event } from "h3";
import { createAppHostCallback } from "../callback/app-host-callback.ts";
import { createCallback } from "../callback/callback.ts";
import { createFormPost } from "../callback/form-post.ts";
import type { AskedRequest, Endpoint, EntryContext, SiteContext } from "../context.ts";
import { createAddressRanges } from "../http/address-ranges.ts";
import { HttpResponse } from "../http/response.ts";
import { reasonsOf, stackOf } from "../observe/log.ts";
import type { Tracer } from "../observe/tracer.ts";
import type { VisitorLog } from "../observe/visitor-log.ts";
import { createRequestId, requestIdHeader } from "../observe/request-id.ts";
import type { ShowPage } from "../pages/show-page.ts";
import { brokenPage } from "../pages/failed-page.ts";
import { createSignOut } from "../sign-out/sign-out.ts";
import { createOAuth2ProxySignIn } from "../start/oauth2-proxy-sign-in.ts";
import { createOAuth2ProxyUserInfo } from "../start/oauth2-proxy-user-info.ts";
import { createStart } from "../start/start.ts";
import { createDescribeRequest } from "./asked-request.ts";
import type { BrowserRoute, Dispatched, WireRequest } from "./dispatch.ts";
import { endpointsByPath } from "./endpoints.ts";
import { createRateLimit } from "./rate-limit.ts";
import { failureResponse } from "./failure-response.ts";

interface Parts {
  readonly log: VisitorLog;
  readonly showPage: ShowPage;
  readonly tracer: Tracer;
}

/** The service as one h3 app: the four endpoints of every site, `/verify` too. Other servers can mount it. */
export function createH3App(
  contexts: readonly EntryContext[],
  dispatch: (request: WireRequest) => Dispatched,
  { log, showPage, tracer }: Parts,
): H3 {
  const trustedProxies = contexts[0]?.config.trustedProxies ?? [];
  const describe = createDescribeRequest(trustedProxies);
  const isProxy = createAddressRanges(trustedProxies);
  const rateLimit = createRateLimit(trustedProxies, { log, showPage });
  const app = new H3({
    silent: true,
    // `dispatch` compares raw paths, so h3 does not have to refuse a path that it cannot decode.
    allowMalformedURL: true,
    onError: ({ cause }, event) => unexpected(cause, event),
  });
  const handler = (event: H3Event) => handle(event);
  for (const path of endpointsByPath(contexts).keys()) app.all(path, handler);
  // `/verify/<rest>` of Envoy in any spelling, and the 404 page.
  app.all("/**", handler);
  return app;

  /** A failure outside of an endpoint is never an allow. */
  function unexpected(error: unknown, { req }: H3Event): HTTPResponse {
    const requestId = createRequestId();
    log.error({ requestId, reason: reasonsOf(error), stack: stackOf(error) }, "unexpected failure");
    const page = brokenPage(requestId, undefined);
    const response = showPage(page, req.headers.get("accept-language"));
    return toH3(response.with(requestIdHeader, requestId));
  }

  async function handle(event: H3Event): Promise<HTTPResponse> {
    const request = wireRequestOf(event);
    const result = await dispatch(request);
    if (result instanceof HttpResponse) return toH3(result);
    const attributes = { "http.request.method": request.method, "http.route": result.name };
    // A visitor must not choose the trace that a request belongs to.
    const traceparent = isProxy(request.peer) ? event.req.headers.get("traceparent") : null;
    const start = { kind: "server", attributes, traceparent: traceparent ?? undefined } as const;
    const asked = describe(request, result.context);
    return tracer.span(result.name, start, async (span) => {
      const response = await answer(result, request.peer, event, asked);
      span.set({ "http.response.status_code": response.status });
      return toH3(response.with(requestIdHeader, asked.requestId));
    });
  }

  async function answer(
    route: BrowserRoute,
    peer: string | undefined,
    event: H3Event,
    asked: AskedRequest,
  ): Promise<HttpResponse> {
    const { name, context } = route;
    try {
      const refused = await rateLimit(route, peer, event.req.headers);
      if (refused === undefined) return await browserEndpoints[name](context)(event, asked);
      context.counts.refusals.add("too_many_requests");
      return refused;
    } catch (error) {
      return failureResponse(context, error, event, asked);
    }
  }
}

/** They keep no state: each request has one for its site. */
const browserEndpoints: Readonly<Record<BrowserRoute["name"], (context: SiteContext) => Endpoint>> =
  {
    start: createStart,
    callback: (context) => (event, asked) => callbackFor(context, event)(event, asked),
    sign_out: createSignOut,
    sign_in: createOAuth2ProxySignIn,
    userinfo: createOAuth2ProxyUserInfo,
  };

function callbackFor(context: SiteContext, { req }: H3Event): Endpoint {
  const { signInSite } = context.site;
  if (signInSite !== undefined) return createAppHostCallback(context, signInSite);
  return (req.method === "POST" ? createFormPost : createCallback)(context);
}

/**
 * The request as it came over the wire, from Node's own request. Without one, the address of the peer is not known
 * for sure, so `/verify` refuses every request.
 */
function wireRequestOf({ req }: H3Event): WireRequest {
  const node = req.runtime?.node?.req;
  if (node !== undefined) {
    const { method = "", url = "", rawHeaders, socket } = node;
    return { method, url, rawHeaders, peer: socket.remoteAddress };
  }
  const { method, url, headers } = req;
  return { method, url: targetOf(url), rawHeaders: [...headers].flat(), peer: undefined };
}

/** Path and query of an absolute URL, not normalized. */
function targetOf(url: string): string {
  const path = url.indexOf("/", url.indexOf("://") + 3);
  return path === -1 ? "/" : (url.slice(path).split("#", 1)[0] ?? "/");
}

function toH3({ status, headers, body }: HttpResponse): HTTPResponse {
  const list: [string, string][] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    list.push([headers[index] as string, headers[index + 1] as string]);
  }
  // For a string, even an empty one, h3 adds a Content-Type.
  return new HTTPResponse(body === "" ? null : body, { status, headers: list });
}

import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { empty } from "../http/response.ts";
import type { SiteContext, Verify, VerifyRequest } from "../context.ts";
import { entranceOf, methodsOf, targetsOf, type Entrance } from "./endpoints.ts";
import { lazyListener } from "../http/lazy-listener.ts";
import { reasonsOf, stackOf, type Log } from "../observe/log.ts";
import { notFoundPage } from "../pages/not-found-page.ts";
import { send } from "../http/send.ts";

/**
 * Finds the endpoint by the raw path, byte for byte, before anything decodes it: an encoded, slashed or
 * absolute spelling is 404. `/verify` is answered right here, in front of h3's event and response objects,
 * which would cost it more than all its own work; h3 and all that signing in takes are loaded with the first
 * request for them.
 */
export function createListener(
  contexts: readonly SiteContext[],
  { verify, auth }: { readonly verify: Verify; readonly auth: Verify },
  log: Log,
): RequestListener {
  const entrances = contexts.map((context): Entrance => ({
    context,
    handler: lazyListener(
      () => import("./h3-routes.ts").then(({ createRoutes }) => createRoutes(context)),
      fail,
    ),
  }));
  const endpoints = targetsOf(entrances);
  // Where another family is pinned, there is nothing beneath `/verify`.
  const carriers = entrances.filter(({ context }) =>
    [undefined, "ext-authz"].includes(context.config.dialect),
  );

  return (request, response) => {
    const { url = "" } = request;
    const mark = url.indexOf("?");
    const endpoint = endpoints.get(mark === -1 ? url : url.slice(0, mark));
    if (endpoint === undefined) return answerCarried(request, response, url);
    const entrance = entranceOf(endpoint.sharing, request);
    if (endpoint.name === "verify" || endpoint.name === "auth") {
      // A proxy may ask under any host of its own; the site follows from the request it tells of.
      const { site } = (entrance ?? (endpoint.sharing[0] as Entrance)).context;
      const query = mark === -1 ? "" : url.slice(mark + 1);
      const answer = endpoint.name === "verify" ? verify : auth;
      return answerProxy(request, response, answer, { query, uri: undefined, site });
    }
    if (entrance === undefined) return send(response, notFoundPage(undefined));
    // RFC 9112 §3.2: which of two hosts was meant is nobody's to guess.
    // And srvx throws, outside of every handler, at one that makes no URL.
    if (!hasOneHost(request)) return send(response, empty(400));
    const allowed = methodsOf(endpoint, entrance);
    if (allowed?.includes(request.method ?? "") === false) {
      return send(response, empty(405, "Allow", allowed.join(", ")));
    }
    entrance.handler(request, response);
  };

  /** What follows `/verify` is the visitor's: dots, slashes and query are not for us to make sense of here. */
  function answerCarried(request: IncomingMessage, response: ServerResponse, url: string): void {
    const carrier = carriers.find(({ context: { site } }) =>
      url.startsWith(`${site.base}/verify/`),
    );
    if (carrier === undefined)
      return send(response, notFoundPage(entranceOf(entrances, request)?.context.site));
    const { site } = carrier.context;
    const uri = url.slice(`${site.base}/verify`.length);
    answerProxy(request, response, verify, { query: "", uri, site });
  }

  function answerProxy(
    request: IncomingMessage,
    response: ServerResponse,
    ask: Verify,
    { query, uri, site }: Pick<VerifyRequest, "query" | "uri" | "site">,
  ): void {
    const { method = "", rawHeaders, socket } = request;
    try {
      const answer = ask({ method, query, uri, rawHeaders, peer: socket.remoteAddress, site });
      if (!(answer instanceof Promise)) send(response, answer);
      else
        answer
          .then((late) => send(response, late))
          .catch((error: unknown) => fail(response, error));
    } catch (error) {
      fail(response, error);
    }
  }

  /** Whatever broke, nobody passes. */
  function fail(response: ServerResponse, error: unknown): void {
    log.error({ reason: reasonsOf(error), stack: stackOf(error) }, "unexpected failure");
    if (response.headersSent) response.destroy();
    else send(response, empty(500));
  }
}

/** RFC 9112 §3.2; HTTP/1.0 may leave it out. */
function hasOneHost({ headersDistinct: { host = [] } }: IncomingMessage): boolean {
  return host.length <= 1 && host.every((written) => URL.canParse(`http://${written}/`));
}

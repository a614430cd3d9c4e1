import type { RequestListener, ServerResponse } from "node:http";
import { lazyListener } from "../http/lazy-listener.ts";
import { empty, HttpResponse } from "../http/response.ts";
import { send } from "../http/send.ts";
import { reasonsOf, stackOf } from "../observe/log.ts";
import { createRequestId, requestIdHeader } from "../observe/request-id.ts";
import type { VisitorLog } from "../observe/visitor-log.ts";
import type { Dispatched, WireRequest } from "./dispatch.ts";

/**
 * The service as a Node listener. It answers `/verify` with the same function as the h3 app, but without h3, because
 * h3's event and response objects cost more than the decision. The first request for another endpoint loads h3.
 */
export function createRouter(
  dispatch: (request: WireRequest) => Dispatched,
  loadH3Listener: () => Promise<RequestListener>,
  log: Pick<VisitorLog, "error">,
): RequestListener {
  const h3Listener = lazyListener(loadH3Listener, fail);

  return (request, response) => {
    const { method = "", url = "", rawHeaders, socket } = request;
    try {
      const result = dispatch({ method, url, rawHeaders, peer: socket.remoteAddress });
      if (result instanceof HttpResponse) send(response, result);
      else if (result instanceof Promise)
        result
          .then((late) => send(response, late))
          .catch((error: unknown) => fail(response, error));
      else h3Listener(request, response);
    } catch (error) {
      fail(response, error);
    }
  };

  /** An unexpected failure is never an allow. */
  function fail(response: ServerResponse, error: unknown): void {
    const requestId = createRequestId();
    log.error({ requestId, reason: reasonsOf(error), stack: stackOf(error) }, "unexpected failure");
    if (response.headersSent) response.destroy();
    else send(response, empty(500, requestIdHeader, requestId));
  }
}

import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { H3, HTTPResponse, type H3Event } from "h3";
import { toNodeHandler } from "h3/node";
import { empty, send, type Answer } from "./answer.ts";
import { createCallback } from "./callback.ts";
import { endpointNames, type EndpointName, type Site } from "./config/site.ts";
import type { Door, Endpoint } from "./door.ts";
import { AuthError } from "./errors.ts";
import { reasonsOf, type Log } from "./observe/log.ts";
import { createRequestId } from "./observe/request-id.ts";
import { brokenPage, failedPage } from "./pages/failed-page.ts";
import { notFoundPage } from "./pages/not-found-page.ts";
import { createSignOut } from "./sign-out.ts";
import { createStart } from "./start.ts";
import type { Verify } from "./verify.ts";

const methods: Record<EndpointName, readonly string[] | undefined> = {
  verify: undefined, // any: proxies pass the visitor's method on, and HAProxy asks with HEAD
  start: ["GET", "HEAD"],
  callback: ["GET"],
  sign_out: ["GET", "POST"],
};

/** One site's way to answer, for everything but `/verify`. */
interface Entrance {
  readonly door: Door;
  readonly handler: RequestListener;
}

/**
 * Finds the endpoint by the raw path, byte for byte, before anything decodes it: an encoded, slashed or
 * absolute spelling is 404. `/verify` is answered right here, in front of h3's event and response objects,
 * which would cost it more than all its own work.
 */
export function createListener(doors: readonly Door[], verify: Verify, log: Log): RequestListener {
  const entrances = doors.map((door): Entrance => ({
    door,
    handler: toNodeHandler(createRoutes(door)),
  }));
  const bases = Map.groupBy(entrances, ({ door }) => door.site.base);
  const endpoints = new Map<string, { name: EndpointName; sharing: readonly Entrance[] }>();
  for (const [base, sharing] of bases) {
    for (const name of endpointNames) endpoints.set(`${base}/${name}`, { name, sharing });
    const several = sharing.filter(({ door }) => Object.keys(door.config.providers).length > 1);
    for (const provider of several.flatMap(({ door }) => Array.from(door.parties.keys()))) {
      endpoints.set(`${base}/callback/${provider}`, { name: "callback", sharing });
    }
  }

  return (request, response) => {
    const { url = "" } = request;
    const mark = url.indexOf("?");
    const endpoint = endpoints.get(mark === -1 ? url : url.slice(0, mark));
    if (endpoint === undefined) return send(response, notFoundPage(siteAt(request)));
    const entrance = entranceOf(endpoint.sharing, request);
    if (endpoint.name === "verify") {
      // A proxy may ask under any host of its own; the site follows from the request it tells of.
      const { site } = (entrance ?? (endpoint.sharing[0] as Entrance)).door;
      return answerVerify(request, response, mark === -1 ? "" : url.slice(mark + 1), site);
    }
    if (entrance === undefined) return send(response, notFoundPage(undefined));
    // RFC 9112 §3.2: which of two hosts was meant is nobody's to guess.
    // And srvx throws, outside of every handler, at one that makes no URL.
    if (!hasOneHost(request)) return send(response, empty(400));
    const allowed = methods[endpoint.name];
    if (allowed?.includes(request.method ?? "") === false) {
      return send(response, empty(405, "Allow", allowed.join(", ")));
    }
    answerOthers(entrance, request, response);
  };

  function siteAt(request: IncomingMessage): Site | undefined {
    return entranceOf(entrances, request)?.door.site;
  }

  /** Sites that share a path are told apart by the host that the browser asked for. */
  function entranceOf(
    sharing: readonly Entrance[],
    { headers: { host } }: IncomingMessage,
  ): Entrance | undefined {
    const [only, ...more] = sharing;
    if (more.length === 0) return only;
    const asked = host
      ?.toLowerCase()
      .replace(/(:443|:80)?$/, "")
      .replace(/\.$/, "");
    const named = ({ door: { site } }: Entrance) => asked === site.url.hostname; // nginx's $host has no port
    return sharing.find(({ door: { site } }) => asked === site.url.host) ?? sharing.find(named);
  }

  function answerVerify(
    request: IncomingMessage,
    response: ServerResponse,
    query: string,
    site: Site,
  ): void {
    const { method = "", rawHeaders, socket } = request;
    try {
      const answer = verify({ method, query, rawHeaders, peer: socket.remoteAddress, site });
      if (!(answer instanceof Promise)) send(response, answer);
      else
        answer
          .then((late) => send(response, late))
          .catch((error: unknown) => fail(response, error));
    } catch (error) {
      fail(response, error);
    }
  }

  function answerOthers(
    { handler }: Entrance,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    // A handler that throws before its first promise would else end the process.
    Promise.try(handler, request, response).catch((error: unknown) => fail(response, error));
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

function createRoutes(door: Door): H3 {
  const { base } = door.site;
  const app = new H3({
    silent: true,
    onError: (error, event) => toResponse(failed(door, error, event)),
  });
  app.get(`${base}/start`, route(createStart(door)));
  const callback = route(createCallback(door));
  app.get(`${base}/callback`, callback);
  app.get(`${base}/callback/:provider`, callback);
  const signOut = route(createSignOut(door));
  app.get(`${base}/sign_out`, signOut);
  app.post(`${base}/sign_out`, signOut);
  return app;
}

function route(endpoint: Endpoint): (event: H3Event) => Promise<HTTPResponse> {
  return async (event) => toResponse(await endpoint(event));
}

function toResponse({ status, headers, body }: Answer): HTTPResponse {
  const list: [string, string][] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    list.push([headers[index] as string, headers[index + 1] as string]);
  }
  return new HTTPResponse(body, { status, headers: list });
}

/** An expected failure has a page of its own; of any other the visitor learns a number and the log the rest. */
function failed(door: Door, { cause }: Error, event: H3Event): Answer {
  const requestId = createRequestId();
  const path = event.url.pathname;
  if (!(cause instanceof AuthError)) {
    door.log.error(
      { requestId, path, reason: reasonsOf(cause), stack: stackOf(cause) },
      "unexpected failure",
    );
    return brokenPage(requestId);
  }
  const level = cause.status >= 500 ? "error" : "warn";
  door.log[level]({ requestId, path, code: cause.code, reason: reasonsOf(cause) }, "refused");
  const { site, transactions } = door;
  if (path.startsWith(`${site.base}/callback`)) door.counts.signInFailed++;
  const again = new URL(site.address(path.endsWith("/sign_out") ? "sign_out" : "start"));
  const rd = cause.transaction?.returnTo ?? event.url.searchParams.get("rd");
  if (rd !== null) again.searchParams.set("rd", rd);
  // Once the store is back, the same answer of the issuer may still do.
  const forgotten = cause.code === "store_unreachable" ? undefined : cause.transaction;
  const forget = forgotten && ["Set-Cookie", transactions.forget(site, forgotten.state)];
  return failedPage(cause, again, requestId, ...(forget ?? []));
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined;
}

import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { empty, send } from "./answer.ts";
import { endpointNames, type EndpointName, type Site } from "./config/site.ts";
import type { Door } from "./door.ts";
import { lateListener } from "./late-listener.ts";
import { reasonsOf, stackOf, type Log } from "./observe/log.ts";
import { notFoundPage } from "./pages/not-found-page.ts";
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
 * which would cost it more than all its own work; h3 and all that signing in takes are loaded with the first
 * request for them.
 */
export function createListener(doors: readonly Door[], verify: Verify, log: Log): RequestListener {
  const entrances = doors.map((door): Entrance => ({
    door,
    handler: lateListener(
      () => import("./routes.ts").then(({ createRoutes }) => createRoutes(door)),
      fail,
    ),
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
    entrance.handler(request, response);
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

import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { toNodeHandler } from "h3/node";
import { createDispatch } from "../../server/app/dispatch.ts";
import { createOAuth2ProxyProbes } from "../../server/app/oauth2-proxy-probes.ts";
import { createH3App } from "../../server/app/h3-app.ts";
import { createRouter } from "../../server/app/router.ts";
import type { Site } from "../../server/config/site.ts";
import type { AppContext, EntryContext, VerifyRequest } from "../../server/context.ts";
import { createOAuth2ProxyAuth } from "../../server/verify/oauth2-proxy-auth.ts";
import { createVerify } from "../../server/verify/verify.ts";
import { noTracer } from "../../server/observe/tracer.ts";
import { HandOvers } from "../../server/session/hand-overs.ts";
import type { Store } from "../../server/store/store.ts";

/** A response as it came over the wire. */
export interface WireResponse {
  readonly status: number;
  /** Names and values alternate. */
  readonly headers: readonly string[];
  readonly body: string;
}

/** A running service whose `/verify` is asked over real HTTP. */
export interface VerifyWay {
  readonly verify: (request: VerifyRequest) => Promise<WireResponse>;
  close(): void;
}

type Open = (context: AppContext, store: Store) => Promise<VerifyWay>;

/** The two ways to `/verify`: in front of h3, and through the h3 app. */
export const verifyWays: Readonly<Record<string, Open>> = {
  "the Node listener": (context, store) => {
    const { dispatch } = serviceOf(context, store);
    const noH3 = () => Promise.reject(new Error("/verify needs no h3"));
    return serve(createRouter(dispatch, noH3, context.log), siteOf(context));
  },
  "the h3 app": (context, store) => {
    const { contexts, dispatch } = serviceOf(context, store);
    return serve(
      toNodeHandler(
        createH3App(contexts, dispatch, {
          log: context.visitorLog,
          showPage: context.showPage,
          tracer: noTracer,
        }),
      ),
      siteOf(context),
    );
  },
};

function serviceOf(context: AppContext, store: Store) {
  const contexts = context.sites.map((entry): EntryContext => ({
    ...context,
    entry,
    parties: new Map(),
    store,
    handOvers: new HandOvers({ store, secrets: context.config.secret, now: context.now }),
  }));
  const endpoints = { verify: createVerify(context), auth: createOAuth2ProxyAuth(context) };
  const probes = createOAuth2ProxyProbes(store, context.visitorLog);
  return { contexts, dispatch: createDispatch(contexts, endpoints, probes, context.showPage) };
}

/** The site at which every request asks. */
function siteOf({ sites: [entry] }: AppContext): Site {
  if (entry === undefined) throw new Error("the configuration has no site");
  return entry.first;
}

async function serve(listener: RequestListener, site: Site): Promise<VerifyWay> {
  const server = createServer({ maxHeaderSize: 64 * 1024 }, listener);
  server.maxHeadersCount = 0;
  /** The peers that requests claim, by the port that they come from. */
  const peers = new Map<number, string | undefined>();
  server.on("connection", (socket) => {
    const get = () => peers.get(socket.remotePort ?? 0);
    Object.defineProperty(socket, "remoteAddress", { get });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { verify: (request) => ask(port, site, peers, request), close: () => void server.close() };
}

async function ask(
  port: number,
  site: Site,
  peers: Map<number, string | undefined>,
  { method, query, rawHeaders, peer }: VerifyRequest,
): Promise<WireResponse> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  peers.set(socket.localPort ?? 0, peer);
  const target = `${site.base}/verify${query === "" ? "" : `?${query}`}`;
  const lines = [`${method} ${target} HTTP/1.1`, `Host: ${site.url.host}`, "Connection: close"];
  for (let index = 0; index < rawHeaders.length; index += 2)
    lines.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`);
  socket.write(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
  return parse(await text(socket));
}

function parse(response: string): WireResponse {
  const end = response.indexOf("\r\n\r\n");
  const [statusLine = "", ...lines] = response.slice(0, end).split("\r\n");
  const headers = lines.flatMap((line) => {
    const colon = line.indexOf(":");
    const [name, value] = [line.slice(0, colon), line.slice(colon + 1).trim()];
    return added.has(name.toLowerCase()) ? [] : [name, value];
  });
  return { status: Number(statusLine.split(" ")[1]), headers, body: response.slice(end + 4) };
}

/** Headers of the connection, which Node adds. */
const added = new Set(["date", "connection", "keep-alive"]);

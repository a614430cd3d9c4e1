import { readFileSync } from "node:fs";
import {
  Agent,
  createServer as createPlainServer,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { createSecureContext } from "node:tls";
import { pairs } from "../echo-app.ts";
import type { Proxy } from "../proxy-process.ts";
import { endToEnd, type Header } from "./headers.ts";

/** A request as the proxy received it. An absolute target is split into host and path, as every proxy does. */
export interface Visit {
  readonly scheme: "https" | "http";
  readonly method: string;
  /** From the Host header, or from an absolute target. */
  readonly host: string;
  /** The raw path and query. */
  readonly target: string;
  readonly headers: readonly Header[];
  readonly address: string;
}

export interface Reply {
  readonly status: number;
  readonly headers: readonly Header[];
  readonly body: string;
}

/** What the proxy does with a request. */
export type Course =
  | { readonly reply: Reply }
  | {
      readonly to: string;
      /** Omitted: the visitor's own. */
      readonly target?: string;
      readonly headers: readonly Header[];
      readonly unreachable: Reply;
    };

export interface Listening {
  /** The port for TLS; undefined = any. Plain http always uses any port. */
  readonly ownPort: number | undefined;
  /** The path of `FILE.pem` and `FILE.key`, without the extension. */
  readonly certificate: string;
  readonly hosts: readonly string[];
}

const agent = new Agent({ keepAlive: true });

/** The connections of a proxy. `decide` defines what it does with a request. */
export async function startDouble(
  { ownPort, certificate, hosts }: Listening,
  decide: (visit: Visit) => Promise<Course>,
): Promise<Proxy> {
  const pem = { cert: readFileSync(`${certificate}.pem`), key: readFileSync(`${certificate}.key`) };
  const context = createSecureContext(pem);
  const limits = { maxHeaderSize: 60 * 1024, keepAliveTimeout: 60_000 };
  const tls = createTlsServer({
    ...pem,
    ...limits,
    // A client that names another host gets no certificate.
    SNICallback: (name, done) =>
      hosts.includes(name) ? done(null, context) : done(new Error("unknown host")),
  });
  const plain = createPlainServer(limits);
  for (const [server, scheme] of [
    [tls, "https"],
    [plain, "http"],
  ] as const) {
    server.on("request", (request, response) => void serve(request, response, scheme));
    server.on("upgrade", (request, socket, head) => void tunnel(request, socket, head, scheme));
    server.on("checkContinue", (request, response) => void serve(request, response, scheme));
  }
  return {
    https: await listen(tls, ownPort ?? 0),
    http: await listen(plain, 0),
    async stop() {
      for (const server of [tls, plain]) {
        server.closeAllConnections();
        server.close();
      }
      await Promise.all([once(tls, "close"), once(plain, "close")]);
    },
  };

  async function serve(
    request: IncomingMessage,
    response: ServerResponse,
    scheme: Visit["scheme"],
  ): Promise<void> {
    const course = await decide(visitOf(request, scheme));
    if ("reply" in course) return answer(response, course.reply);
    const passed = httpRequest(optionsOf(request, course));
    passed.on("error", () => answer(response, course.unreachable));
    passed.on("response", (answered) => {
      response.writeHead(answered.statusCode ?? 502, endToEnd(pairs(answered.rawHeaders)).flat());
      answered.pipe(response);
    });
    request.pipe(passed);
  }

  async function tunnel(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    scheme: Visit["scheme"],
  ): Promise<void> {
    socket.on("error", () => socket.destroy());
    const course = await decide(visitOf(request, scheme));
    if ("reply" in course) return void socket.end(written(course.reply));
    const passed = httpRequest({ ...optionsOf(request, course), agent: false });
    passed.on("error", () => socket.end(written(course.unreachable)));
    passed.on("upgrade", ({ rawHeaders }, upstream, first) => {
      upstream.on("error", () => upstream.destroy());
      socket.write(headOf(101, pairs(rawHeaders)));
      socket.write(first);
      upstream.write(head);
      socket.pipe(upstream).pipe(socket);
    });
    // The proxy removed the upgrade, so the app sends an ordinary response.
    passed.on("response", (answered) => {
      socket.write(
        headOf(answered.statusCode ?? 502, [
          ...endToEnd(pairs(answered.rawHeaders)),
          ["Connection", "close"],
        ]),
      );
      answered.pipe(socket);
    });
    passed.end();
  }
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

function visitOf(request: IncomingMessage, scheme: Visit["scheme"]): Visit {
  const { method = "", url = "", rawHeaders, socket } = request;
  const [, authority, rest] = /^https?:\/\/([^/?]+)(.*)$/.exec(url) ?? [];
  return {
    scheme,
    method,
    host: authority ?? request.headers.host ?? "",
    target: authority === undefined ? url : rest || "/",
    headers: pairs(rawHeaders).filter(([name]) => name.toLowerCase() !== "host"),
    address: socket.remoteAddress ?? "",
  };
}

function optionsOf(
  request: IncomingMessage,
  { to, target, headers }: Extract<Course, { to: string }>,
): RequestOptions {
  const { hostname, port } = new URL(`http://${to}`);
  return {
    host: hostname,
    port: Number(port),
    ...(request.method !== undefined && { method: request.method }),
    path: target ?? visitOf(request, "http").target,
    headers: headers.flat(),
    setHost: false,
    agent,
  };
}

function answer(response: ServerResponse, { status, headers, body }: Reply): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, withLength(headers, body).flat());
  response.end(body);
}

function written(reply: Reply): string {
  const headers = [...withLength(reply.headers, reply.body), ["Connection", "close"] as const];
  return headOf(reply.status, headers) + reply.body;
}

function headOf(status: number, headers: readonly Header[]): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} -\r\n${lines.join("")}\r\n`;
}

function withLength(headers: readonly Header[], body: string): Header[] {
  return [...headers, ["content-length", String(Buffer.byteLength(body))]];
}

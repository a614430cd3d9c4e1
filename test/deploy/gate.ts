import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { pairs } from "../peers/echo-app.ts";
import type { ProxyKind } from "./starters.ts";

/** A request that doorward received. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Counted for auth requests only: the other endpoints read their bodies themselves. */
  bodyBytes: number;
}

/** A server at the port where the proxy expects doorward. It records requests, and its handler can be replaced. */
export interface Gate {
  readonly port: number;
  readonly asked: Asked[];
  connections: number;
  /** Number of requests that were not valid HTTP, such as a body without a length. */
  garbled: number;
  /** The handler. An empty one simulates a doorward that hangs. */
  answer: RequestListener;
  /** Stops listening and closes open connections. */
  shut(): Promise<void>;
  reopen(): Promise<void>;
}

export async function openGate(answer: RequestListener): Promise<Gate> {
  // The limits of doorward's own listener.
  const server = createServer({ keepAliveTimeout: 130_000, maxHeaderSize: 64 * 1024 });
  server.on("connection", () => gate.connections++);
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    const isLong = error.code === "HPE_HEADER_OVERFLOW";
    if (!isLong && error.code?.startsWith("HPE_")) gate.garbled++;
    socket.end(
      `HTTP/1.1 ${isLong ? "431 Too Large" : "400 Bad Request"}\r\nContent-Length: 0\r\n\r\n`,
    );
  });
  server.on("request", (request, response) => {
    gate.asked.push(ask(request));
    gate.answer(request, response);
  });
  await listen(0);
  const gate: Gate = {
    port: (server.address() as AddressInfo).port,
    asked: [],
    connections: 0,
    garbled: 0,
    answer,
    reopen: () => listen(gate.port),
    async shut() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return gate;

  async function listen(port: number): Promise<void> {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  }
}

function ask(request: IncomingMessage): Asked {
  const { method = "", url = "", rawHeaders } = request;
  const asked: Asked = { method, url, headers: pairs(rawHeaders), bodyBytes: 0 };
  if (isAuthRequest(asked))
    request.on("data", (chunk: Buffer) => {
      asked.bodyBytes += chunk.length;
    });
  return asked;
}

/** Whether the proxy itself sent the request, as opposed to a forwarded browser request. */
export function isAuthRequest({ url }: Asked): boolean {
  return /^(\/_auth)?\/verify([/?]|$)/.test(url);
}

/** The headers that describe the visitor's request, in any dialect. */
export function forwardedHeaders({ method, url, headers }: Asked): Record<string, string> {
  const names = /^x-(original-(url|method)|forwarded-(method|proto|host|uri))$/i;
  const [, uri] = /\/verify(\/.*)$/s.exec(url) ?? [];
  return Object.fromEntries([
    ...headers
      .filter(([name]) => names.test(name))
      .map(([name, value]) => [name.toLowerCase(), value] as const),
    ...(uri === undefined
      ? []
      : ([
          ["method", method],
          ["uri", uri],
        ] as const)),
  ]);
}

/** Envoy sends the visitor's method, the others GET. */
export function authRequestMethod(proxy: ProxyKind, method: string): string {
  return proxy === "envoy" ? method : "GET";
}

/** All values of a header, in any spelling that an app may read as that name. */
export function valuesOf(
  { headers }: { readonly headers: readonly (readonly [name: string, value: string])[] },
  name: string,
): string[] {
  return headers
    .filter(([spelled]) => spelled.toLowerCase().replace(/[._]/g, "-") === name)
    .map(([, value]) => value);
}

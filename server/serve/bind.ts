import { once } from "node:events";
import type { RequestListener, Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Config } from "../config/schema.ts";
import { leanRequests } from "../http/lean-request.ts";

/** Longer than any proxy keeps an idle connection (Caddy: 120 s), or a request meets a closing one. */
const keepAliveMs = 130_000;
const drainMs = 9_000;
const lookMs = 20;

export type ListenAddress = Config["listen"];

export interface BoundServer {
  readonly address: AddressInfo;
  /** Stops accepting, lets what is under way finish, and closes the rest after nine seconds. */
  close(): Promise<void>;
}

/** Listens on exactly that host and port. Throws an error that names them when they are not to be had. */
export async function bind(
  listener: RequestListener,
  { host, port }: ListenAddress,
): Promise<BoundServer> {
  const server = createServer(listener);
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (cause) {
    const why = "the port is taken, or the address is not this machine's";
    throw new Error(`cannot listen on ${host}:${port}: ${why}`, { cause });
  }
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("this is no TCP server");
  return { address, close: () => close(server) };
}

async function close(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  // Node ends the connections that are idle now, and would keep those that become so.
  const idle = setInterval(() => server.closeIdleConnections(), lookMs);
  const late = setTimeout(() => server.closeAllConnections(), drainMs);
  await closed;
  clearInterval(idle);
  clearTimeout(late);
}

function createServer(listener: RequestListener): Server {
  // An import statement reads every name that node:http has, and one of them loads the whole of fetch:
  // a third of a start, and 15 MiB.
  const http = process.getBuiltinModule("node:http");
  const limits = {
    keepAliveTimeout: keepAliveMs,
    headersTimeout: 30_000, // counted from the first byte of a request, so idle connections live on
    requestTimeout: 60_000,
    maxHeaderSize: 64 * 1024,
    // A question has no body, and the events of a stream that says so cost more than the verdict.
    optimizeEmptyRequests: true,
    IncomingMessage: leanRequests(http.IncomingMessage),
  };
  const server = http.createServer(limits, (request, response) => {
    request.isDispatched = true;
    listener(request, response);
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable || error.code === "ECONNRESET") return void socket.destroy();
    const status =
      error.code === "HPE_HEADER_OVERFLOW"
        ? "431 Request Header Fields Too Large"
        : "400 Bad Request";
    socket.end(
      `HTTP/1.1 ${status}\r\nCache-Control: no-store\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    );
  });
  return server;
}

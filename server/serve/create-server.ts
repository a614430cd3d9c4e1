import type { RequestListener, Server } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { Socket } from "node:net";
import { leanRequests } from "../http/lean-request.ts";
import type { Certificate } from "./certificate.ts";

/** Longer than any proxy keeps an idle connection (Caddy: 120 s), or a request meets a closing connection. */
const keepAliveMs = 130_000;
const headersMs = 30_000;

/** Our HTTP server, not listening yet; HTTPS with a certificate. */
export function createServer(
  listener: RequestListener,
  certificate?: Certificate,
): Server | HttpsServer {
  // An import statement reads every name that node:http has, and one of them loads the whole of fetch:
  // a third of a start, and 15 MiB.
  const http = process.getBuiltinModule("node:http");
  const limits = {
    keepAliveTimeout: keepAliveMs,
    headersTimeout: headersMs, // counted from the first byte of a request, so idle connections stay open
    requestTimeout: 60_000,
    maxHeaderSize: 64 * 1024,
    // A request of a proxy has no body, and a stream's events about that cost more than the decision.
    optimizeEmptyRequests: true,
    IncomingMessage: leanRequests(http.IncomingMessage),
  };
  type Request = InstanceType<typeof limits.IncomingMessage>;
  const onRequest: RequestListener<typeof limits.IncomingMessage> = (
    request: Request,
    response,
  ) => {
    request.isDispatched = true;
    listener(request, response);
  };
  const server =
    certificate === undefined
      ? http.createServer(limits, onRequest)
      : process
          .getBuiltinModule("node:https")
          .createServer({ ...limits, ...certificate, handshakeTimeout: headersMs }, onRequest);
  // `maxHeaderSize` bounds a head. By default Node also counts its lines, and releases before 26.6 drop the last ones
  // unseen: a visitor with 1,000 short headers would push out those that the proxy adds.
  server.maxHeadersCount = 0;
  server.on("clientError", refuse);
  return server;
}

/** Answers what is not HTTP. A connection that fails in TLS or in the network is closed without an answer. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || !/^(HPE|ERR_HTTP)_/.test(error.code ?? "")) return void socket.destroy();
  const status =
    error.code === "HPE_HEADER_OVERFLOW"
      ? "431 Request Header Fields Too Large"
      : "400 Bad Request";
  socket.end(
    `HTTP/1.1 ${status}\r\nCache-Control: no-store\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  );
}

/** Node closes HTTP connections only; one that is still in its TLS handshake would keep the server open. */
export function openSockets(server: Server | HttpsServer): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  return sockets;
}

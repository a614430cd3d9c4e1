import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { Agent } from "node:https";
import { WebSocket } from "ws";

interface Handshake {
  /** 101, or the status of the rejection. */
  readonly status: number;
  /** Open when the status is 101. */
  readonly socket: WebSocket;
}

/** Opens a WebSocket to a public host that listens on a loopback port. */
export async function shakeHands(
  url: string,
  port: number,
  headers: Readonly<Record<string, string>>,
): Promise<Handshake> {
  const { host, hostname, pathname, search } = new URL(url);
  const socket = new WebSocket(`wss://127.0.0.1:${port}${pathname}${search}`, {
    // The certificate is self-signed.
    agent: new Agent({ servername: hostname, rejectUnauthorized: false }),
    headers: { Host: host, ...headers },
  });
  const { promise, resolve, reject } = Promise.withResolvers<Handshake>();
  socket.on("open", () => resolve({ status: 101, socket }));
  socket.on("unexpected-response", (request, { statusCode = 0 }: IncomingMessage) => {
    request.destroy();
    resolve({ status: statusCode, socket });
  });
  socket.on("error", reject);
  return promise;
}

/** Sends a message, and returns the next message from the server. */
export async function converse(socket: WebSocket, message: string): Promise<string> {
  const answer = once(socket, "message");
  socket.send(message);
  const [data] = await answer;
  return String(data);
}

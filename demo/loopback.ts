import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** An HTTP server on this machine's own address; port 0 is any free one. */
export async function listenOnLoopback(listener: RequestListener, port = 0): Promise<Listening> {
  const server = createServer(listener);
  // Longer than nginx (60 s) and Caddy (120 s) keep an idle connection, or a request meets a closing one.
  server.keepAliveTimeout = 130_000;
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Whether somebody else answers on this port already, on either of the addresses that localhost may be. */
export async function isTaken(port: number): Promise<boolean> {
  const answers = await Promise.all(["127.0.0.1", "::1"].map((host) => canListen(host, port)));
  return answers.includes(false);
}

async function canListen(host: string, port: number): Promise<boolean> {
  const server = createServer().listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    // A machine without IPv6 has no such address, so nobody is on it.
    return error instanceof Error && "code" in error && error.code === "EADDRNOTAVAIL";
  }
  server.close();
  await once(server, "close");
  return true;
}

import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** An HTTP server on 127.0.0.1; port 0 picks a free port. */
export async function listenOnLoopback(listener: RequestListener, port = 0): Promise<Listening> {
  const server = createServer(listener);
  // Longer than nginx (60 s) and Caddy (120 s) keep an idle connection, or a request may hit one that is closing.
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

/** Whether another process listens on this port, on either address of localhost. */
export async function isTaken(port: number): Promise<boolean> {
  const answers = await Promise.all(["127.0.0.1", "::1"].map((host) => canListen(host, port)));
  return answers.includes(false);
}

async function canListen(host: string, port: number): Promise<boolean> {
  const server = createServer().listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    // A machine without IPv6 has no ::1, so the port is free there.
    return error instanceof Error && "code" in error && error.code === "EADDRNOTAVAIL";
  }
  server.close();
  await once(server, "close");
  return true;
}

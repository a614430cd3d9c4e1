import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { listen } from "listhen";
import { createApp } from "./app.ts";
import type { Config } from "./config/schema.ts";
import { isLoopbackHost } from "./forwarded/loopback.ts";
import type { Log } from "./observe/log.ts";

/** Longer than any proxy keeps an idle connection (Caddy: 120 s), or a request meets a closing one. */
const keepAliveMs = 130_000;
const drainMs = 9_000;

export interface Running {
  readonly address: AddressInfo;
  /** Stops accepting, lets what is under way finish, and closes the rest after nine seconds. */
  stop(): Promise<void>;
}

/** The service on exactly the host and port asked for, or an error that names them. */
export async function serve(config: Config, log: Log): Promise<Running> {
  const app = await createApp(config, { log });
  const { server, address, close } = await bind(app.listener, config.listen).catch(
    async (error: unknown) => {
      await app.close();
      throw error;
    },
  );
  harden(server);
  log.info({ host: address.address, port: address.port, url: config.url }, "listening");
  return {
    address,
    async stop() {
      const timer = setTimeout(() => server.closeAllConnections(), drainMs);
      await close();
      clearTimeout(timer);
      await app.close();
      log.info("stopped");
    },
  };
}

async function bind(listener: Parameters<typeof listen>[0], { host, port }: Config["listen"]) {
  const fault = (cause?: unknown) =>
    new Error(
      `cannot listen on ${host}:${port}: the port is taken, or the address is not this machine's`,
      { cause },
    );
  const listening = await listen(listener, {
    hostname: host,
    port,
    public: !isLoopbackHost(host.includes(":") ? `[${host}]` : host),
    isProd: true, // else a taken port silently becomes another one
    autoClose: false,
    showURL: false,
    qr: false,
    open: false,
    clipboard: false,
    tunnel: false,
    ws: false,
  }).catch((error: unknown) => {
    throw fault(error);
  });
  const { server, address } = listening;
  // listhen replaces a host or port that it does not like; doorward is where it was told to be, or nowhere.
  if (address.port !== port) {
    await listening.close();
    throw fault();
  }
  return { server: server as Server, address, close: listening.close };
}

/** Limits of the listener. listhen makes the server itself, so they are set on it afterwards. */
function harden(server: Server): void {
  server.keepAliveTimeout = keepAliveMs;
  server.headersTimeout = 30_000; // counted from the first byte of a request, so idle connections live on
  server.requestTimeout = 60_000;
  server.maxRequestsPerSocket = 0;
  Object.assign(server, { maxHeaderSize: 64 * 1024 });
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
}

/** Runs until the first SIGTERM or SIGINT; a second one does not wait. */
export async function serveUntilSignal(config: Config, log: Log): Promise<void> {
  const running = await serve(config, log);
  await Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")]);
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => process.exit(1));
  await running.stop();
}

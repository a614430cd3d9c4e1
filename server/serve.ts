import { once } from "node:events";
import { Server, type RequestListener } from "node:http";
import { isIP, type AddressInfo } from "node:net";
import { listen } from "listhen";
import { createAdmin } from "./admin.ts";
import { createApp } from "./app.ts";
import type { Config } from "./config/schema.ts";
import { isLoopbackHost } from "./forwarded/loopback.ts";
import type { Log } from "./observe/log.ts";

/** Longer than any proxy keeps an idle connection (Caddy: 120 s), or a request meets a closing one. */
const keepAliveMs = 130_000;
const drainMs = 9_000;

export interface Running {
  /** Stops accepting, lets what is under way finish, and closes the rest after nine seconds. */
  stop(): Promise<void>;
}

/** The service on exactly the hosts and ports asked for, or an error that names the one that is not to be had. */
export async function serve(config: Config, log: Log): Promise<Running> {
  const app = await createApp(config, { log });
  const bound: Bound[] = [];
  const stop = async () => {
    await Promise.all(bound.map(({ close }) => close()));
    await app.close();
  };
  try {
    bound.push(await bind(app.listener, config.listen));
    if (config.admin) bound.push(await bind(createAdmin(app, log), config.admin));
  } catch (error) {
    await stop();
    throw error;
  }
  for (const { server, address } of bound) {
    harden(server);
    log.info({ host: address.address, port: address.port }, "listening");
  }
  return {
    async stop() {
      const timer = setTimeout(() => {
        for (const { server } of bound) server.closeAllConnections();
      }, drainMs);
      await stop();
      clearTimeout(timer);
      log.info("stopped");
    },
  };
}

interface Bound {
  readonly server: Server;
  readonly address: AddressInfo;
  close(): Promise<void>;
}

async function bind(listener: RequestListener, { host, port }: Config["listen"]): Promise<Bound> {
  const message = `cannot listen on ${host}:${port}: the port is taken, or the address is not this machine's`;
  const { server, address, close } = await listen(listener, {
    hostname: host,
    port,
    public: !isLoopbackHost(host.includes(":") ? `[${host}]` : host),
    isTest: true, // else it writes its own lines to stdout
    isProd: true, // else a taken port silently becomes another one
    autoClose: false,
    showURL: false,
    qr: false,
    open: false,
    clipboard: false,
    tunnel: false,
    ws: false,
  }).catch((error: unknown) => {
    // listhen's own words only say that some port could not be had.
    throw new Error(message, error instanceof Error && "code" in error ? { cause: error } : {});
  });
  // listhen replaces a host or port that it does not like; we are where we were told to be, or nowhere.
  const isElsewhere = address.port !== port || (isIP(host) !== 0 && address.address !== host);
  if (isElsewhere || !(server instanceof Server)) {
    await close();
    const unsafe =
      "listhen does not bind a port that browsers call unsafe, or a host that it does not know";
    throw new Error(`cannot listen on ${host}:${port}: ${unsafe}; choose another`);
  }
  return { server, address, close };
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
  // Before anybody can know that we listen, or a signal right then would find nobody waiting for it.
  const ended = Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")]);
  process.on("SIGHUP", () =>
    log.warn("the configuration is read at the start alone: restart to change it"),
  );
  const running = await serve(config, log);
  await ended;
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => process.exit(1));
  await running.stop();
}

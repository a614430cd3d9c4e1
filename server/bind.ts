import { Server, type RequestListener } from "node:http";
import { isIP, type AddressInfo } from "node:net";
import { listen } from "listhen";
import type { Config } from "./config/schema.ts";
import { isLoopbackHost } from "./forwarded/loopback.ts";

/** Longer than any proxy keeps an idle connection (Caddy: 120 s), or a request meets a closing one. */
const keepAliveMs = 130_000;
const drainMs = 9_000;

export type Place = Config["listen"];

export interface Bound {
  readonly place: Place;
  readonly address: AddressInfo;
  /** Stops accepting, lets what is under way finish, and closes the rest after nine seconds. */
  leave(): Promise<void>;
}

/** Listens on exactly that host and port. Throws an error that names them when they are not to be had. */
export async function bind(listener: RequestListener, place: Place): Promise<Bound> {
  const { host, port } = place;
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
  harden(server);
  const leave = async () => {
    const timer = setTimeout(() => server.closeAllConnections(), drainMs);
    await close();
    clearTimeout(timer);
  };
  return { place, address, leave };
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

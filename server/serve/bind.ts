import { once } from "node:events";
import type { RequestListener, Server } from "node:http";
import type { Server as HttpsServer } from "node:https";
import { createServer as createProbe, isIP, type AddressInfo, type Socket } from "node:net";
import type { Listener } from "listhen";
import type { Config } from "../config/schema.ts";
import { isLoopbackAddress } from "../http/loopback.ts";
import { listenHostFault, listenPortFault } from "../values/listen-address.ts";
import type { Certificate } from "./certificate.ts";
import { createServer, openSockets } from "./create-server.ts";
import { listenByListhen } from "./listhen.ts";

const drainMs = 9_000;
const lookMs = 20;

export type ListenAddress = Pick<Config["listen"], "host" | "port">;
/** undefined = plain HTTP. */
export type Https = Certificate | "self-signed" | undefined;

export interface BoundServer {
  readonly address: AddressInfo;
  /** The addresses at which this machine and others reach it. */
  urls(): Promise<string[]>;
  /** Uses another certificate from the next connection on. */
  setCertificate(certificate: Certificate): void;
  /** Stops accepting, lets requests in progress finish, and closes the other connections after nine seconds. */
  close(): Promise<void>;
}

/** Listens on exactly that host and port (0 = any), or throws an error that names them, the reason and the fix. */
export async function bind(
  listener: RequestListener,
  { host, port }: ListenAddress,
  https?: Https,
): Promise<BoundServer> {
  const bound = await bindExactly(host, port, https === "self-signed");
  const certificate = https === "self-signed" ? bound.https || undefined : https;
  const server = createServer(listener, certificate);
  const sockets = openSockets(server);
  server.listen(bound.server);
  return {
    address: bound.address,
    urls: () => urlsOf(bound, certificate === undefined ? "http:" : "https:"),
    setCertificate: (next) => "setSecureContext" in server && server.setSecureContext(next),
    async close() {
      await close(server, sockets);
      await bound.close(); // its timers
    },
  };
}

async function bindExactly(host: string, port: number, isSelfSigned: boolean): Promise<Listener> {
  const failed = `cannot listen on ${host.includes(":") ? `[${host}]` : host}:${port}`;
  const fault = addressFault(host, port);
  if (fault !== undefined) throw new Error(`${failed}: ${fault}`);
  const bound = await listenByListhen(host, port, isSelfSigned).catch(async (cause: unknown) => {
    throw new Error(`${failed}: ${await reasonFor(cause, host, port)}`, { cause });
  });
  const { address } = bound;
  if (await isAsked(address, host, port).catch(() => false)) return bound;
  await bound.close();
  throw new Error(`${failed}: got ${address.address}, port ${address.port} instead`);
}

function addressFault(host: string, port: number): string | undefined {
  const hostFault = listenHostFault(host);
  if (hostFault !== undefined) return `the host ${hostFault}`;
  const portFault = port === 0 ? undefined : listenPortFault(port);
  return portFault === undefined ? undefined : `${port} ${portFault}`;
}

/** listhen knows http only, as our own server has the certificate; a wildcard is no address to open. */
async function urlsOf(bound: Listener, scheme: string): Promise<string[]> {
  const urls = await bound.getURLs({ extraURLs: [] });
  return urls.map(({ url }) =>
    url.replace(/^https?:/, scheme).replace(/\/\/(0\.0\.0\.0|\[::\])/, "//localhost"),
  );
}

const fixes: Record<string, string> = {
  EADDRINUSE: "another process has the port: stop it, or choose another port",
  EADDRNOTAVAIL:
    "the address is not one of this machine: choose one of its own, or 0.0.0.0 or :: for all of them",
  EACCES: "this user may not open the port: choose one above 1023, or allow it to the process",
  ENOTFOUND: "the host name does not resolve: write an address of this machine",
  EAI_AGAIN:
    "the host name does not resolve, as no name server answers: write an address of this machine",
  EAFNOSUPPORT: "this machine has no addresses of that family: choose an IPv4 address",
};

/** Why listhen could not bind. It reports a port that it cannot use without the reason, so that is tried again. */
async function reasonFor(error: unknown, host: string, port: number): Promise<string> {
  const code = codeOf(error) ?? codeOf(await errorOf(host, port));
  if (code === undefined) return "another process had the port a moment ago: try again";
  return fixes[code] ?? `the operating system refuses it (${code})`;
}

async function errorOf(host: string, port: number): Promise<unknown> {
  const probe = createProbe().listen(port, host);
  try {
    await once(probe, "listening");
  } catch (error) {
    return error;
  }
  probe.close();
  await once(probe, "close");
  return undefined;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

/** Whether the socket is where the configuration puts it. */
async function isAsked(bound: AddressInfo, host: string, port: number): Promise<boolean> {
  if (port !== 0 && bound.port !== port) return false;
  if (host.toLowerCase() === "localhost") return isLoopbackAddress(bound.address);
  const asked = isIP(host) === 0 ? await resolve(host) : [{ address: host }];
  return asked.some(({ address }) => canonical(address) === canonical(bound.address));
}

async function resolve(name: string): Promise<readonly { readonly address: string }[]> {
  const { lookup } = await import("node:dns/promises");
  return lookup(name, { all: true });
}

function canonical(address: string): string {
  return new URL(`http://${address.includes(":") ? `[${address}]` : address}`).hostname;
}

async function close(server: Server | HttpsServer, sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = once(server, "close");
  server.close();
  // Node closes the connections that are idle now, and would keep those that become idle later.
  const idle = setInterval(() => server.closeIdleConnections(), lookMs);
  const late = setTimeout(() => sockets.forEach((socket) => socket.destroy()), drainMs);
  await closed;
  clearInterval(idle);
  clearTimeout(late);
}

import { request as ask, type IncomingMessage, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { listenOnLoopback } from "./loopback.ts";
import type { Ports, Proxy } from "./front.ts";

type Headers = Record<string, string | string[] | undefined>;

/** RFC 9110 §7.6.1: these belong to one connection and are not forwarded. */
const hopByHop =
  /^(connection|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade|expect)$/;
/** Also with underscores (x_auth_request_user), which some apps treat as the same name. */
const identityHeader = /^x[-_]auth[-_]request[-_]/;
const timeoutMs = 5_000;

/** A minimal reverse proxy for machines without Caddy and nginx. Not for production. */
export async function startOwnProxy({ port, doorward, app }: Ports): Promise<Proxy> {
  return listenOnLoopback((request, response) => {
    pass(request, response, { doorward, app }).catch(() => fail(response));
  }, port);
}

async function pass(
  request: IncomingMessage,
  response: ServerResponse,
  { doorward, app }: Pick<Ports, "doorward" | "app">,
): Promise<void> {
  const { url = "" } = request;
  const path = url.split("?", 1)[0] ?? "";
  // An absolute URL as the target would name a second host in addition to the Host header.
  if (!url.startsWith("/")) return void response.writeHead(400).end();
  if (path === "/_auth/verify") return void response.writeHead(404).end();
  if (path.startsWith("/_auth/"))
    return forward(request, response, doorward, stripped(request.headers));
  const verdict = await verify(request, doorward);
  if (verdict.statusCode !== 200) return relay(verdict, response);
  verdict.resume();
  const identity = Object.entries(verdict.headers).filter(([name]) => identityHeader.test(name));
  return forward(request, response, app, {
    ...stripped(request.headers),
    ...Object.fromEntries(identity),
  });
}

/** Asks doorward about the request, without its body. */
function verify({ method, url, headers }: IncomingMessage, port: number): Promise<IncomingMessage> {
  const described = {
    "x-forwarded-method": method,
    "x-forwarded-proto": "http",
    "x-forwarded-host": headers.host,
    "x-forwarded-uri": url,
  };
  const { "content-length": _, ...rest } = stripped(headers);
  return send({ method: "GET", path: "/_auth/verify", port, headers: { ...rest, ...described } });
}

/** The visitor's headers, without those that only a proxy may set. */
function stripped(headers: IncomingMessage["headers"]): Headers {
  const named = (headers.connection ?? "").toLowerCase().split(/\s*,\s*/);
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) =>
        !hopByHop.test(name) &&
        !identityHeader.test(name) &&
        !/^x-(forwarded|original)-/.test(name) &&
        (name === "host" || !named.includes(name)),
    ),
  );
}

async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
  headers: Headers,
): Promise<void> {
  const { method = "GET", url = "/" } = request;
  await relay(await send({ method, path: url, port, headers }, request), response);
}

async function relay(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  const headers = Object.entries(answer.headers).filter(([name]) => !hopByHop.test(name));
  response.writeHead(answer.statusCode ?? 502, Object.fromEntries(headers));
  await pipeline(answer, response);
}

function send(
  to: { method: string; path: string; port: number; headers: Headers },
  body?: IncomingMessage,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const sent = ask({ host: "127.0.0.1", ...to, timeout: timeoutMs }, resolve);
  sent.on("timeout", () => sent.destroy(new Error("no answer in time")));
  sent.on("error", reject);
  if (body === undefined) sent.end();
  else pipeline(body, sent).catch(reject);
  return promise;
}

/** On any failure the request is denied. */
function fail(response: ServerResponse): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(503, { "Cache-Control": "no-store", "Retry-After": "5" }).end();
}

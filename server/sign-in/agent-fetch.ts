import { request as sendPlain, type Agent, type IncomingMessage } from "node:http";
import { request as sendSecure, type AgentOptions } from "node:https";
import type { ForwardProxy } from "../config/forward-proxy.ts";

/** The options of an agent whose connections go through a proxy. A proxy that does not answer keeps no socket open. */
export function proxyOptions({ url }: ForwardProxy): AgentOptions {
  return { proxyEnv: { http_proxy: url, https_proxy: url }, timeout: 10_000 };
}

/** `fetch` adds these; some APIs, such as GitHub's, reject a request without a user agent. */
const usualHeaders = { accept: "*/*", "accept-encoding": "identity", "user-agent": "doorward" };

/**
 * `fetch` over an agent of Node's, for what Node's own `fetch` does not support. It follows no redirect. `what` names
 * the request in the error of one that fails.
 */
export async function fetchOver(
  agent: Agent,
  url: string,
  init: RequestInit,
  what: string,
): Promise<Response> {
  const request = new Request(url, init);
  const body = Buffer.from(await request.arrayBuffer());
  const { method, signal } = request;
  const headers = { ...usualHeaders, ...Object.fromEntries(request.headers) };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const send = url.startsWith("https:") ? sendSecure : sendPlain;
  send(url, { agent, method, headers, signal }, resolve)
    // The same error shape as `fetch`, so that both are classified alike.
    .on("error", (cause) => reject(new TypeError(`the request ${what} failed`, { cause })))
    .end(body);
  return responseOf(await promise);
}

function responseOf(message: IncomingMessage): Response {
  const { statusCode: status = 502, headersDistinct } = message;
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(headersDistinct)) {
    for (const value of values) headers.append(name, value);
  }
  // `Response` rejects a body with these statuses.
  if (status === 204 || status === 205 || status === 304) {
    message.resume();
    return new Response(null, { status, headers });
  }
  return new Response(ReadableStream.from(message), { status, headers });
}

import { request as sendPlain, type Agent, type IncomingMessage } from "node:http";
import { request as sendSecure, type AgentOptions } from "node:https";
import type { ForwardProxy } from "../config/forward-proxy.ts";
import { createWholeResponse, readBounded } from "./whole-response.ts";

/** The options of an agent whose connections go through a proxy. A proxy that does not answer keeps no socket open. */
export function proxyOptions({ url }: ForwardProxy): AgentOptions {
  return { proxyEnv: { http_proxy: url, https_proxy: url }, timeout: 10_000 };
}

/** `fetch` adds these; some APIs, such as GitHub's, reject a request without a user agent. */
const usualHeaders = { accept: "*/*", "accept-encoding": "identity", "user-agent": "doorward" };

/**
 * `fetch` over an agent of Node's. It follows no redirect, and reads at most 8 MiB. `what` names the request in the error
 * of one that fails.
 */
export async function fetchOver(
  agent: Agent,
  url: string,
  init: RequestInit,
  what: string,
): Promise<Response> {
  const { method = "GET", signal } = init;
  const { body, type } = await bodyOf(url, init);
  const headers = { ...usualHeaders, ...type, ...Object.fromEntries(new Headers(init.headers)) };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const send = url.startsWith("https:") ? sendSecure : sendPlain;
  send(url, { agent, method, headers, ...(signal && { signal }) }, resolve)
    // The same error shape as `fetch`, so that both are classified alike.
    .on("error", (cause) => reject(new TypeError(`the request ${what} failed`, { cause })))
    .end(body);
  return responseOf(await promise, url);
}

interface Body {
  readonly body?: string | Buffer;
  /** The header that `fetch` adds for such a body. */
  readonly type?: Readonly<Record<string, string>>;
}

async function bodyOf(url: string, init: RequestInit): Promise<Body> {
  const { body } = init;
  if (body === undefined || body === null) return {};
  if (body instanceof URLSearchParams) return { body: String(body), type: formType };
  const request = new Request(url, init);
  const type = request.headers.get("content-type");
  return {
    body: Buffer.from(await request.arrayBuffer()),
    ...(type !== null && { type: { "content-type": type } }),
  };
}

const formType = { "content-type": "application/x-www-form-urlencoded;charset=UTF-8" };

async function responseOf(message: IncomingMessage, url: string): Promise<Response> {
  const { statusCode: status = 502, statusMessage: statusText = "", headersDistinct } = message;
  const headers = Object.entries(headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  return createWholeResponse(await readBounded(message, url), { status, statusText, headers });
}

import { request as sendPlain, type Agent, type IncomingMessage } from "node:http";
import { request as sendSecure, type AgentOptions } from "node:https";
import { setImmediate as turn } from "node:timers/promises";
import type { ForwardProxy } from "../config/forward-proxy.ts";
import { decodedBody } from "./decoded-body.ts";
import { createWholeResponse, readBounded, textOf } from "./whole-response.ts";

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
  // The same error shape as `fetch`, so that both are classified alike. A time limit is the reason of its signal.
  const failed = (cause: unknown) =>
    new TypeError(`the request ${what} failed`, {
      cause: init.signal?.aborted === true ? init.signal.reason : cause,
    });
  const { username, password } = new URL(url);
  if (username !== "" || password !== "") throw failed(new Error("its URL has a user name"));
  const message = await send(agent, url, init).catch((cause: unknown) => {
    throw failed(cause);
  });
  try {
    return await responseOf(message, url);
  } catch (error) {
    throw init.signal?.aborted === true ? failed(error) : error;
  }
}

async function send(agent: Agent, url: string, init: RequestInit): Promise<IncomingMessage> {
  const { method = "GET", signal } = init;
  const { body, type } = await bodyOf(url, init);
  const headers = { ...usualHeaders, ...type, ...Object.fromEntries(new Headers(init.headers)) };
  const options = { agent, method, headers, ...(signal && { signal }) };
  // Node learns first which idle connections the issuer has closed: what is sent over one of those is lost. The first turn
  // may end before the sockets are polled.
  await turn();
  await turn();
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  (url.startsWith("https:") ? sendSecure : sendPlain)(url, options, resolve)
    .on("error", reject)
    // Without this, Node ends such a request without an error, and the caller would wait for ever.
    .on("upgrade", (_, socket) => {
      socket.destroy();
      reject(new Error("the response is 101: the issuer wants to change the protocol"));
    })
    .on("close", () => reject(new Error("the connection was closed before a response")))
    .end(body);
  return promise;
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
  const body = await readBounded(message, url);
  const text = textOf(await decodedBody(body, message.headers["content-encoding"]));
  return createWholeResponse(text, { status, statusText, headers });
}

import { Agent } from "node:http";
import { Agent as SecureAgent } from "node:https";
import type { ForwardProxyOf } from "../config/forward-proxy.ts";
import { fetchOver, proxyOptions } from "./agent-fetch.ts";

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * `fetch` for requests to issuers, through the proxy that the environment names for a request, if it names one. There it
 * reuses no connection: a proxy may close one at any time, and a code or a refresh token must not be sent twice.
 */
export function createForwardFetch(fetch: Fetch, proxyOf: ForwardProxyOf): Fetch {
  return (url, init) => {
    const proxy = proxyOf(url);
    if (proxy === undefined) return fetch(url, init);
    const kind = url.startsWith("https:") ? SecureAgent : Agent;
    const agent = new kind(proxyOptions(proxy));
    return fetchOver(agent, url, init, `through the proxy ${proxy.shown}`);
  };
}

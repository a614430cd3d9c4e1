import type { ForwardProxyOf } from "../config/forward-proxy.ts";

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * `fetch` for requests to issuers, through the proxy that the environment names for a request, if it names one. There it
 * reuses no connection: a proxy may close one at any time, and a code or a refresh token must not be sent twice.
 */
export function createForwardFetch(fetch: Fetch, proxyOf: ForwardProxyOf): Fetch {
  return async (url, init) => {
    const proxy = proxyOf(url);
    if (proxy === undefined) return fetch(url, init);
    const { fetchOver, proxyOptions } = await import("./agent-fetch.ts");
    const { Agent } = process.getBuiltinModule(
      url.startsWith("https:") ? "node:https" : "node:http",
    );
    const agent = new Agent(proxyOptions(proxy));
    return fetchOver(agent, url, init, `through the proxy ${proxy.shown}`);
  };
}

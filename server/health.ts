import type { Config } from "./config/schema.ts";

/** Whether doorward answers where the configuration puts it. For container probes: no output is needed. */
export async function isHealthy({ listen, url }: Config): Promise<boolean> {
  const wildcards: Record<string, string> = { "0.0.0.0": "127.0.0.1", "::": "::1" };
  const host = wildcards[listen.host] ?? listen.host;
  const { pathname } = new URL(url);
  try {
    const response = await fetch(
      `http://${host.includes(":") ? `[${host}]` : host}:${listen.port}${pathname.replace(/\/$/, "")}/verify`,
      {
        signal: AbortSignal.timeout(3_000),
      },
    );
    await response.arrayBuffer();
    // No proxy told of a request, so a no is the right answer, and any answer of the gate shows that it lives.
    return response.status < 500 && response.headers.get("cache-control") === "no-store";
  } catch {
    return false; // refused or silent: not healthy, whatever the reason
  }
}

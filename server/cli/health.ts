import type { Config } from "../config/schema.ts";

/** Whether doorward answers where the configuration puts it, for container probes. */
export async function isHealthy({ listen }: Pick<Config, "listen">): Promise<boolean> {
  const wildcards: Record<string, string> = { "0.0.0.0": "127.0.0.1", "::": "::1" };
  const host = wildcards[listen.host] ?? listen.host;
  try {
    // Beside the endpoints, so that a probe leaves no line in the log: our own 404 shows that we live.
    const response = await fetch(
      `http://${host.includes(":") ? `[${host}]` : host}:${listen.port}/`,
      {
        redirect: "manual",
        signal: AbortSignal.timeout(3_000),
      },
    );
    await response.arrayBuffer();
    return response.status === 404 && response.headers.get("cache-control") === "no-store";
  } catch {
    return false; // refused or silent: not healthy, whatever the reason
  }
}

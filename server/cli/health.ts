import type { Config } from "../config/schema.ts";

const patienceMs = 3_000;
const wildcards: Record<string, string> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

/** Whether doorward answers at the configured address, for container probes. */
export async function isHealthy({ listen }: Pick<Config, "listen">): Promise<boolean> {
  const host = wildcards[listen.host] ?? listen.host;
  const isHttps = listen.https !== undefined && listen.https !== false;
  const { get } = isHttps ? await import("node:https") : await import("node:http");
  return new Promise((resolve) => {
    // Not an endpoint, so that a probe leaves no line in the log: our own 404 shows that doorward lives.
    const probe = get({
      host,
      port: listen.port,
      path: "/",
      agent: false,
      signal: AbortSignal.timeout(patienceMs),
      // The certificate is for the public name, not for this address. Nothing secret is sent.
      rejectUnauthorized: false,
    });
    probe.on("response", (response) => {
      response.resume();
      resolve(response.statusCode === 404 && response.headers["cache-control"] === "no-store");
    });
    probe.on("error", () => resolve(false)); // refused or no answer: not healthy, for any reason
  });
}

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { pino } from "pino";
import { createApp, type App } from "../../server/app/app.ts";
import { checkConfig } from "../../server/config/load.ts";
import type { Config } from "../../server/config/schema.ts";

export const testSecret = "4Jw9mR2yTq7fXc0vLk5sHd8bNe1uZa3gPi6oWxYrUtE";

/** A configuration from the contents of a file, with a secret and a memory store as defaults. */
export function configOf(raw: Record<string, unknown>): Config {
  return checkConfig("test", { secret: testSecret, storage: { driver: "memory" }, ...raw }, {});
}

export interface TestDoorward {
  readonly app: App;
  readonly port: number;
  /** The log events. */
  readonly events: Record<string, unknown>[];
  close(): Promise<void>;
}

/** Starts doorward in this process on a free loopback port; the test can read its log. */
export async function startDoorward(
  config: Config,
  held: Omit<Parameters<typeof createApp>[1], "log"> = {},
): Promise<TestDoorward> {
  const events: Record<string, unknown>[] = [];
  const log = pino(
    { level: "debug" },
    { write: (line: string) => void events.push(JSON.parse(line)) },
  );
  const app = await createApp(config, { log, ...held });
  const server = createServer(app.listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    app,
    port: (server.address() as AddressInfo).port,
    events,
    async close() {
      server.closeAllConnections();
      server.close();
      await app.close();
    },
  };
}

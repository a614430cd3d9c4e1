import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { expect, it } from "vitest";
import { directConnector } from "../../server/store/redis-connectors.ts";
import { startRedis, tlsOnly } from "../peers/redis.ts";

it("closing a connection with a rejected certificate at any moment does not crash the process", async () => {
  const redis = await startRedis(tlsOnly);
  const Connector = directConnector({});
  const refused: Error[] = [];

  for (let index = 0; index < 150; index++) {
    const client = new Redis({ Connector, tls: {}, host: "localhost", port: redis.port });
    client.on("error", (error) => refused.push(error));
    await pause((index % 30) / 2);
    client.disconnect();
  }
  await redis.close();

  // An error without a listener fails the test run by itself.
  expect(refused.length).toBeGreaterThan(0);
});

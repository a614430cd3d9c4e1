import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Below the ephemeral range (from 32768): a port from that range can be taken by another `listen(0)` or an outgoing
 * connection before the intended server binds it. The port 10,000 above each is outside that range as well, because the
 * nodes of a Redis Cluster connect to one another there.
 */
const lowest = 12_000;
/** Each test worker has its own range, so that no two get the same port. */
const eachWorker = 1_000;
const workers = 10;

const first = lowest + (Number(process.env.VITEST_POOL_ID ?? 0) % workers) * eachWorker;
let next = randomInt(eachWorker);

/** A loopback port that no process listens on. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < eachWorker; tries++) {
    const port = first + (next++ % eachWorker);
    if (await isFree(port)) return port;
  }
  throw new Error(`no port from ${first} to ${first + eachWorker - 1} is free`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}

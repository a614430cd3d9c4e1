import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Beneath what systems hand out by themselves (from 32768): a port of theirs may be somebody else's `listen(0)` or
 * outgoing connection by the time that the server it was meant for takes it. Ten thousand above each is free as
 * well, for the nodes of a Redis Cluster speak to one another there.
 */
const lowest = 12_000;
/** Each worker of the tests has its own, so that no two are given the same. */
const eachWorker = 1_000;
const workers = 10;

const first = lowest + (Number(process.env.VITEST_POOL_ID ?? 0) % workers) * eachWorker;
let next = randomInt(eachWorker);

/** A port of the loopback that nobody listens on. */
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

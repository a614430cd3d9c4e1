import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Redis } from "ioredis";
import type { Driver } from "unstorage";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startRedis } from "../peers/redis.ts";
import { openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";

/** Each operation of the driver, or each round trip to Redis, since the last sign-in began. */
let operations: string[];

/** Written or read by timers, for all sign-ins together. */
const ofTimers = /^\w+ (announced|expires)|^(publish|info)/;

function isRedis(client: unknown): client is Redis {
  return typeof client === "object" && client !== null && "sendCommand" in client;
}

vi.mock("unstorage", async (original) => {
  const unstorage = await original<typeof import("unstorage")>();
  const createStorage: typeof unstorage.createStorage = (options) => {
    const client: unknown = options?.driver?.getInstance?.();
    if (isRedis(client)) countRounds(client);
    const driver = options?.driver && (isRedis(client) ? options.driver : counting(options.driver));
    return unstorage.createStorage(driver && { driver });
  };
  return { ...unstorage, createStorage };
});

function counting(driver: Driver): Driver {
  return {
    ...driver,
    getItem: (key, options) => (note(`read ${key}`), driver.getItem(key, options)),
    setItem: (key, value, options) => (note(`write ${key}`), driver.setItem?.(key, value, options)),
    removeItem: (key, options) => (note(`remove ${key}`), driver.removeItem?.(key, options)),
    getKeys: (base, options) => (note(`list ${base}`), driver.getKeys(base, options)),
  };
}

/** A pipeline writes its commands to a stream of its own: they are one round trip. */
function countRounds(client: Redis): void {
  const { sendCommand } = client;
  const pipelines = new WeakMap<object, number>();
  client.sendCommand = function (command, stream) {
    const { name } = command;
    if (stream === undefined) note(name);
    else {
      const at = pipelines.get(stream) ?? note("");
      pipelines.set(stream, at);
      operations[at] = `${operations[at] ?? ""} ${name}`.trim();
    }
    return sendCommand.call(client, command, stream);
  };
}

function note(operation: string): number {
  return operations.push(operation) - 1;
}

let closing: (() => Promise<unknown>)[];
let requests: string[];
let connections: Set<number | undefined>;

/** Requests to the issuer, which runs in this process too. */
const onRequest = (message: unknown) => {
  if (typeof message !== "object" || message === null || !("request" in message)) return;
  const { url = "", socket } = message.request as IncomingMessage;
  if (!["/token", "/userinfo", "/jwks"].includes(url)) return;
  requests.push(url);
  connections.add(socket.remotePort);
};

beforeEach(() => {
  [operations, closing, requests, connections] = [[], [], [], new Set()];
  subscribe("http.server.request.start", onRequest);
});
afterEach(async () => {
  unsubscribe("http.server.request.start", onRequest);
  for (const close of closing.toReversed()) await close();
});

async function openDoor(storage: object): Promise<SignInDoor> {
  const door = await openSignInDoor({ access: { anyone: true }, storage });
  closing.push(() => door.close());
  return door;
}

/** A sign-in of a person who was never here. The ID token has all claims, so that userinfo has no more to say. */
async function signIn(door: SignInDoor, sub: string): Promise<string[]> {
  const email = { email: `${sub}@example.com`, email_verified: true };
  const claims = { sub, ...email, name: sub, preferred_username: sub, groups: ["staff"] };
  door.issuer.twist = { claims };
  operations = [];
  const { status } = await door.signIn(door.browser());
  expect(status).toBe(302);
  return operations.filter((operation) => !ofTimers.test(operation)).map(withoutIds);
}

function withoutIds(operation: string): string {
  return operation.replace(/:.*/, "");
}

/** The first sign-in reads what later ones know. */
async function warmUp(door: SignInDoor): Promise<void> {
  for (let tries = 0; tries < 10; tries++)
    if (!(await signIn(door, `first-${tries}`)).includes("read revoked")) return;
}

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "doorward-operations-"));
  closing.push(() => rm(made, { recursive: true }));
  return made;
}

describe("a sign-in takes two operations of the store:", () => {
  it.each(["fs-lite", "memory"])("the record and the list entry in %s", async (driver) => {
    const door = await openDoor({
      driver,
      ...(driver === "fs-lite" && { base: await folder() }),
    });
    await warmUp(door);

    expect((await signIn(door, "eve")).toSorted()).toEqual(["write session", "write subject"]);
  });

  it("the claim of its state, then everything else, in Redis", async () => {
    const redis = await startRedis();
    closing.push(() => redis.close());
    const door = await openDoor({ driver: "redis", url: redis.url });
    await signIn(door, "first");

    expect(await signIn(door, "eve")).toEqual(["set", "get get set eval"]);
  });
});

describe("a sign-in sends the issuer", () => {
  it("one request, over the connection of the sign-in before", async () => {
    const door = await openDoor({ driver: "memory" });
    await signIn(door, "first");
    [requests, connections] = [[], new Set(connections)];
    const before = connections.size;

    await signIn(door, "eve");

    expect(requests).toEqual(["/token"]);
    expect([before, connections.size]).toEqual([1, 1]);
  });

  it("a second one over the same connection, if the ID token lacks claims", async () => {
    const door = await openDoor({ driver: "memory" });
    await signIn(door, "first");
    requests = [];
    door.issuer.twist = {};

    expect((await door.signIn(door.browser())).status).toBe(302);
    expect(requests).toEqual(["/token", "/userinfo"]);
    expect(connections.size).toBe(1);
  });
});

import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createStorage } from "unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { createStorageServer } from "unstorage/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStore } from "../../server/store/open-store.ts";
import type { Store } from "../../server/store/store.ts";
import { itIsAStore } from "./verbs.ts";

/** unstorage's own server for its `http` driver: shared, without TTL and without push. */
let server: Server;
let base: string;
let isDown = false;
let store: Store;
let other: Store;

beforeAll(async () => {
  const { handle } = createStorageServer(createStorage({ driver: memoryDriver(undefined) }));
  server = createServer((request, response) =>
    isDown ? void response.destroy() : void handle(request, response),
  ).listen(0, "127.0.0.1");
  await once(server, "listening");
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  [store, other] = await Promise.all([
    openStore({ driver: "http", base }),
    openStore({ driver: "http", base }),
  ]);
});
afterAll(async () => {
  await Promise.all([store.close(), other.close()]);
  server.closeAllConnections();
  server.close();
});

describe("a shared driver without compare-and-set and without push", () => {
  itIsAStore(() => ({ store, other }));

  it("gives a claim to one of two consecutive callers, and a replacement to the first writer", async () => {
    await store.set("session:two", { version: 1 }, 60);

    const claims = [
      await store.claim("claim:two", "ada", 60_000),
      await other.claim("claim:two", "eve", 60_000),
    ];
    const written = await Promise.all(
      [store, store, store].map((one) => one.replace("session:two", { version: 2 }, 60, 1)),
    );
    const late = await other.replace("session:two", { version: 3 }, 60, 1);

    expect(claims).toEqual([true, false]);
    expect(written).toEqual([true, false, false]);
    expect(late).toBe(false);
  });

  it("reports announcements as not arriving while it is down, and drops caches when it is back", async () => {
    let reconnected = 0;
    store.onReconnected(() => reconnected++);

    isDown = true;
    await expect.poll(() => store.hearsAnnouncements).toBe(false);
    await expect(store.get("session:a")).rejects.toMatchObject({ code: "store_unreachable" });
    isDown = false;
    await expect.poll(() => store.hearsAnnouncements).toBe(true);

    expect(reconnected).toBeGreaterThan(0);
  });

  it("delivers every announcement or drops caches when there are more than it keeps", async () => {
    const received = new Set<string>();
    let reconnected = 0;
    other.onAnnounced((mark) => received.add(mark));
    other.onReconnected(() => reconnected++);

    for (let index = 0; index < 300; index++) await store.announce(`many-${index}`);
    await expect.poll(() => received.has("many-299")).toBe(true);

    expect(received.size === 300 || reconnected > 0).toBe(true);
  });
});
